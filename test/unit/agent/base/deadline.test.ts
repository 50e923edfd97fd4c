import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { atMost } from '../../../../agent/base/deadline';

const ROOT = join(__dirname, '../../../..');

/** What a process says that collects garbage while it waits for an HTTP server that hangs, 3 s at most. */
function waitsFor(signal: string): string {
  const script = `
    const { atMost } = require(${JSON.stringify(join(ROOT, 'agent/base/deadline.ts'))});
    const other = new AbortController().signal;
    const server = require('node:net').createServer(() => undefined).listen(0, '127.0.0.1', () => {
      setInterval(gc, 50);
      setTimeout(() => { console.log('for ever'); process.exit(); }, 3000);
      fetch('http://127.0.0.1:' + server.address().port, { signal: ${signal} }).catch((error) => {
        console.log(error.name);
        process.exit();
      });
    });`;
  const args = ['--expose-gc', '--require', 'tsx/cjs', '--eval', script];
  return spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' }).stdout.trim();
}

test('a process that hangs is waited for no longer, whatever the garbage collector takes', () => {
  expect(waitsFor('atMost(500, other)')).toBe('TimeoutError');
});

test('the other signal aborts it too, with its own reason, before or after', () => {
  const other = new AbortController();
  const before = atMost(60_000, other.signal);
  expect(before.aborted).toBe(false);
  other.abort(new Error('stopped'));
  for (const signal of [before, atMost(60_000, other.signal)])
    expect([signal.aborted, (signal.reason as Error).message]).toEqual([true, 'stopped']);
});

test('one that is over is a time-out, and the other signal is left alone', async () => {
  const other = new AbortController();
  const signal = atMost(10, other.signal);
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
  expect((signal.reason as Error).name).toBe('TimeoutError');
  expect(other.signal.aborted).toBe(false);
});
