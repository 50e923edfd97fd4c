import { mkdirSync, mkdtempSync, openSync, closeSync, ftruncateSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scanBlock } from '../../../lib/shell/tsdb/block';
import { Pace } from '../../../lib/shell/tsdb/pace';

const ULID = '01H000000000000000000000AA';
let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'promha-block-'))));
afterEach(() => rmSync(dir, { recursive: true }));

test('a wrong length of a chunk is told, and not read: it would take half a GB of memory', async () => {
  mkdirSync(join(dir, ULID, 'chunks'), { recursive: true });
  const fd = openSync(join(dir, ULID, 'chunks', '000001'), 'w');
  // The header, and a chunk of 512 MiB less some bytes.
  writeSync(fd, Buffer.from('85bd40dd01000000' + 'f0ffffff01', 'hex'));
  ftruncateSync(fd, 512 * 1024 * 1024);
  closeSync(fd);
  const allocated = jest.spyOn(Buffer, 'allocUnsafeSlow');
  const seen = await scanBlock(dir, ULID, true, new Pace({ bytesPerSecond: Infinity }));
  const most = Math.max(...allocated.mock.calls.map(([size]) => size));
  allocated.mockRestore();
  expect(seen!.spots.map(({ what }) => what)).toContain('a chunk says that it has 536870896 bytes');
  expect(most).toBeLessThan(20 * 1024 * 1024);
});
