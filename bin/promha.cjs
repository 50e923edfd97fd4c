#!/usr/bin/env node
// Runs the TypeScript CLI without a build step; argv is passed on as it is.
require('tsx/cjs');
require('./promha.ts');
