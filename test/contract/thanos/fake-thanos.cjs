'use strict';
/** Stands in for Thanos where only the way it is run matters: serves its health, and notes when it began and ended. */
const { appendFileSync } = require('node:fs');
const { createServer } = require('node:http');

const [role, ...args] = process.argv.slice(2);
const [host, port] = args
  .find((a) => a.startsWith('--http-address='))
  .split('=')[1]
  .split(':');
const note = (what) =>
  appendFileSync(process.env.NOTES, `${JSON.stringify({ what, role, args, host, pid: process.pid })}\n`);

createServer((_, response) => response.end('OK')).listen(Number(port), host, () => note('began'));
process.on('SIGTERM', () => {
  // Slow enough to be overtaken by a successor that does not wait.
  setTimeout(() => {
    note('ended');
    process.exit(0);
  }, 1_000);
});
