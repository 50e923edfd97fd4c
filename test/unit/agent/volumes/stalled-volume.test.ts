import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readUploads } from '../../../../agent/thanos/uploads';

test('the agent goes on while what it wants to know of uploads lies on a volume that hangs', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'promha-stalled-'));
  try {
    const record = join(dir, 'thanos.shipper.json');
    execFileSync('mkfifo', [record]); // whoever opens it waits until somebody writes
    spawn('sh', ['-c', 'sleep 3; echo \'{"uploaded":["a"]}\' > "$0"', record], { stdio: 'ignore' });
    const began = Date.now();
    const reading = readUploads(dir, 7_200_000);
    expect(Date.now() - began).toBeLessThan(2_000);
    expect((await reading).uploaded).toEqual(['a']);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
