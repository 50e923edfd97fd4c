import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { within } from '../../lib/shell/async/within';
import { runCommand, type Run } from './host';
import { deviceName } from './volume-step';

/** Whoever takes longer waits for a volume that hangs. */
const UMOUNT_MS = 10_000;

/** The device that is mounted there; null: none is. */
export async function mountedDevice(path: string): Promise<string | null> {
  try {
    const { stdout } = await runCommand('findmnt', ['--noheadings', '--output', 'SOURCE', '--mountpoint', path]);
    return stdout.trim().split('\n').pop() || null;
  } catch (error) {
    if ((error as { code?: unknown }).code === 1) return null;
    throw error;
  }
}

/** Whether a device is this volume's; one that is gone has no name any more. */
export function isDeviceOf(volumeId: string, device: string, deviceDir: string): boolean {
  const link = join(deviceDir, deviceName(volumeId));
  return existsSync(link) && realpathSync(link) === realpathSync(device);
}

/** Lets go of a mount, whatever still uses it or hangs on it. @throws when it does not let go in time */
export async function unmount(path: string, run: Run, timeoutMs = UMOUNT_MS): Promise<void> {
  try {
    await umount([path], run, timeoutMs);
  } catch {
    // What still has files open on it keeps them; the place is free.
    await umount(['--lazy', path], run, timeoutMs);
  }
}

/** One that hangs with the volume cannot be killed, and execFile would wait for its end: it is left to itself. */
async function umount(args: readonly string[], run: Run, timeoutMs: number): Promise<void> {
  const late = `umount ${args.join(' ')} has not ended within ${timeoutMs / 1000} s`;
  await within(timeoutMs, run('umount', args, { timeout: timeoutMs }), late);
}
