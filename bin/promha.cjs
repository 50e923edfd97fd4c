#!/usr/bin/env node
// Runs the TypeScript CLI without a build step; argv is passed on as it is.
// The SDK warns that its releases of 2027 need Node.js 22; package-lock.json pins an earlier one.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
require('tsx/cjs');
require('../lib/cli/main.ts');
