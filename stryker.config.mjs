/** `npm run mutate [-- FOLDER …]` runs this for folders of lib/core; local/mutate judges what comes out. */
export default {
  mutate: ['lib/core/**/*.ts'],
  testRunner: 'jest',
  jest: {
    projectType: 'custom',
    configFile: 'jest.config.cjs',
    config: { testMatch: ['**/test/unit/{core,contract}/**/*.test.ts'] },
    // By imports: a mutant is tried by the tests that can reach its file.
    enableFindRelatedTests: true,
  },
  coverageAnalysis: 'perTest',
  // Sentences are judged by people; whether one is said is judged by the tests.
  mutator: { excludedMutations: ['StringLiteral'] },
  ignorePatterns: ['/cdk.out', '/coverage', '/docs', '/exporters', '/.github'],
  concurrency: 2,
  timeoutMS: 10_000,
  incremental: true,
  incrementalFile: 'node_modules/.cache/mutants/incremental.json',
  reporters: ['json', 'progress'],
  jsonReporter: { fileName: 'node_modules/.cache/mutants/report.json' },
  // Not below node_modules, where Jest looks for no test.
  tempDirName: '.run/mutants',
  cleanTempDir: 'always',
  checkers: [],
  allowEmpty: false,
};
