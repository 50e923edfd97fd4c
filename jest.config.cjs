/** Types are checked by `npm run lint`; tests are only transformed. */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: {
    '^.+\\.[cm]?[tj]s$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  // It is an ES module, and Node 20 requires none.
  transformIgnorePatterns: ['/node_modules/(?!hysnappy/)'],
  setupFiles: ['<rootDir>/test/fixtures/build-once.ts'],
  testSequencer: '<rootDir>/test/sequencer.cjs',
  testTimeout: 60_000,
  maxWorkers: 2,
};
