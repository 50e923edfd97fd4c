import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VolumeProbe } from '../../../../agent/volumes/probe';
import type { VolumeLook } from '../../../../lib/core/volumes/health';

const before = process.env.PATH;
let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'promha-look-'))));
afterEach(() => {
  process.env.PATH = before;
  rmSync(dir, { recursive: true });
});

/** What one look at the directory sees, once it is back. */
async function seen(directory: string): Promise<VolumeLook> {
  const volumeProbe = new VolumeProbe(directory);
  volumeProbe.look(0);
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const look = volumeProbe.look(0);
    if (look.pendingMs === null) return look;
  }
}

test('a volume that takes the write is well, and one that does not says why', async () => {
  expect(await seen(dir)).toMatchObject({ complaint: '', totalBytes: expect.any(Number) as number });
  expect((await seen(join(dir, 'gone'))).complaint).toContain('No such file');
});

test('a machine that has no process to look with has no volume that is stalled', () => {
  // Its argument is longer than Linux takes: as without memory, there is no process, and spawn throws.
  const volumeProbe = new VolumeProbe(`/${'x'.repeat(200_000)}`);
  volumeProbe.look(0);
  expect(volumeProbe.look(100_000).pendingMs).toBeNull();
});

test('nor is one gone because the machine ended the process that looked', async () => {
  writeFileSync(join(dir, 'dd'), '#!/bin/sh\nkill -9 $$\n');
  chmodSync(join(dir, 'dd'), 0o755);
  process.env.PATH = `${dir}:${before}`;
  expect((await seen(dir)).complaint).toBe('');
});
