#!/usr/bin/env node
// Runs the TypeScript CLI without a build step; argv is passed on as it is.
// The SDK warns that its releases of 2027 need Node.js 22; package-lock.json pins an earlier one.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
try {
  require.resolve('tsx/cjs');
} catch {
  process.stderr.write(
    'promha: the dependencies are not installed\n  fix: npm ci (or npm start, which does that first)\n',
  );
  process.exit(2);
}
require('tsx/cjs');
require('../lib/cli/main.ts');
