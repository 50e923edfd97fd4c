import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../..');

/** Waits for what only the timer of a signal ends. */
const WAITS = `new Promise((_, reject) => {
  AbortSignal.timeout(300).addEventListener('abort', () => reject(new Error('no answer in time')));
})`;

function run(work: string): { code: number | null; out: string } {
  const script = `
    const { stayAwake } = require(${JSON.stringify(join(ROOT, 'lib/shell/async/stay-awake.ts'))});
    (${work}).catch((error) => { console.log(error.message); process.exitCode = 1; });`;
  const { status, stdout } = spawnSync(process.execPath, ['--require', 'tsx/cjs', '--eval', script], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return { code: status, out: stdout.trim() };
}

test('a time-out is heard, where Node would end before with exit code 0', () => {
  expect(run(`stayAwake(() => ${WAITS})`)).toEqual({ code: 1, out: 'no answer in time' });
  // If this ever fails, Node has learnt to wait, and stayAwake is not needed any more.
  expect(run(WAITS)).toEqual({ code: 0, out: '' });
});
