import { execFile } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deviceName } from './volume-step';

export const run = promisify(execFile);
/** Whoever takes longer waits for a volume that hangs. */
const UMOUNT_MS = 10_000;

/** The device that is mounted there; null: none is. */
export async function mountedDevice(path: string): Promise<string | null> {
  try {
    const { stdout } = await run('findmnt', ['--noheadings', '--output', 'SOURCE', '--mountpoint', path]);
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

/** Lets go of a mount, whatever still uses it or hangs on it. */
export async function unmount(path: string): Promise<void> {
  try {
    await run('umount', [path], { timeout: UMOUNT_MS });
  } catch {
    // What still has files open on it keeps them; the place is free.
    await run('umount', ['--lazy', path], { timeout: UMOUNT_MS });
  }
}
