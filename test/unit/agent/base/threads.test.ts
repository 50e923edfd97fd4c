import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

/** As many as may hang at once on a stalled volume, and one more. */
const HANG = 8;

/** What the agent could do once it runs; it ends early here, as it has no configuration. */
const HOOK = `
  process.exit = () => {
    const end = (says) => { console.log(says); process.kill(process.pid, 'SIGKILL'); };
    for (let i = 0; i < ${HANG}; i += 1) require('node:fs').readFile(process.env.HANGS + i, () => undefined);
    require('node:dns').lookup('localhost', () => end('found'));
    setTimeout(() => end('not found'), 5_000);
  };
`;

test('names are found while reads of a stalled volume hang', () => {
  const dir = mkdtempSync(join(tmpdir(), 'promha-threads-'));
  try {
    // Nobody ever writes into them, so that whoever opens them waits.
    const hangs = join(dir, 'hangs');
    execFileSync(
      'mkfifo',
      Array.from({ length: HANG }, (_, i) => `${hangs}${i}`),
    );
    const outfile = join(dir, 'agent.js');
    buildSync({ entryPoints: ['agent/main.ts'], outfile, bundle: true, platform: 'node', logLevel: 'error' });
    const hook = join(dir, 'hook.cjs');
    writeFileSync(hook, HOOK);
    const env = { ...process.env, HANGS: hangs, UV_THREADPOOL_SIZE: undefined };
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--require', hook, outfile, '--config', join(dir, 'none')],
      {
        env,
        encoding: 'utf8',
        timeout: 20_000,
      },
    );
    expect(stderr).toContain('ENOENT');
    expect(stdout.trim()).toBe('found');
  } finally {
    rmSync(dir, { recursive: true });
  }
});
