/** `npm run mutate [-- FOLDER …]` runs this for folders of lib/core; local/mutate judges what comes out. */
export default {
  mutate: ['lib/core/**/*.ts'],
  plugins: ['./local/mutate/runner.mjs'],
  testRunner: 'in-process',
  coverageAnalysis: 'perTest',
  // Sentences are judged by people; whether one is said is judged by the tests.
  mutator: { excludedMutations: ['StringLiteral'] },
  ignorePatterns: ['/cdk.out', '/coverage', '/docs', '/exporters', '/.github'],
  concurrency: 2,
  // Generous: a time-out does not count as caught, and the machine may be busy.
  timeoutMS: 60_000,
  incremental: true,
  incrementalFile: 'node_modules/.cache/mutants/incremental.json',
  reporters: ['json', 'progress'],
  jsonReporter: { fileName: 'node_modules/.cache/mutants/report.json' },
  tempDirName: '.run/mutants',
  cleanTempDir: 'always',
  checkers: [],
  allowEmpty: false,
};
