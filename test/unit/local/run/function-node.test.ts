import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FunctionRunner } from '../../../../local/run/functions/function';

test('a function runs on the Node.js that it is given, not on that of the tools', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'promha-function-'));
  const node = join(dir, 'node');
  const used = join(dir, 'used');
  writeFileSync(node, `#!/bin/sh\ntouch '${used}'\nexec '${process.execPath}' "$@"\n`, { mode: 0o755 });
  writeFileSync(join(dir, 'index.js'), 'exports.handler = async (event) => event.x + 1;');
  const runner = new FunctionRunner(
    { name: 'f', arn: 'f', entry: join(dir, 'index.js'), environment: {}, timeoutMs: 30_000 },
    {
      env: { PATH: process.env.PATH! },
      node,
      log: join(dir, 'log'),
      onLine: () => undefined,
      onInvocation: () => undefined,
    },
  );
  try {
    expect(await runner.invoke({ x: 1 })).toMatchObject({ ok: true, value: 2 });
    expect(existsSync(used)).toBe(true);
  } finally {
    await runner.halt();
    rmSync(dir, { recursive: true });
  }
});
