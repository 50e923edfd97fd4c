import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../../../agent/boot/host';
import { unmount } from '../../../../agent/boot/mounts';

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'promha-umount-'))));
afterEach(() => rmSync(dir, { recursive: true }));

// Instead of the machine's.
jest.mock('node:child_process', () => {
  const real: { execFile: (...args: unknown[]) => unknown } = jest.requireActual('node:child_process');
  return { execFile: (program: string, ...rest: unknown[]) => real.execFile(join(dir, program), ...rest) };
});

/** An umount that does this. */
function umountThat(does: string): void {
  writeFileSync(join(dir, 'umount'), `#!/bin/sh\n${does}\n`);
  chmodSync(join(dir, 'umount'), 0o755);
}

/** As one that waits for a volume: no signal ends it. */
const HANGS = "trap '' TERM; sleep 6";

test('an umount that hangs and cannot be killed is left to itself, and the place is let go of', async () => {
  umountThat(`if [ "$1" = --lazy ]; then echo "$2" > ${dir}/lazy; else ${HANGS}; fi`);
  const began = Date.now();
  await unmount('/nowhere', runCommand, 500);
  expect(Date.now() - began).toBeLessThan(4_000);
  expect(readFileSync(join(dir, 'lazy'), 'utf8')).toBe('/nowhere\n');
});

test('when that hangs too it says so', async () => {
  umountThat(HANGS);
  await expect(unmount('/nowhere', runCommand, 200)).rejects.toThrow(
    'umount --lazy /nowhere has not ended within 0.2 s',
  );
});

test('an umount that ends is waited for', async () => {
  umountThat('exit 0');
  await unmount('/nowhere', runCommand, 5_000);
});
