import { copyFile, constants, rm } from 'node:fs/promises';
import { existsSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ResolvedTool } from '../../tools';
import { attachDevice, devicesBelow, releaseDevice, runDeviceTool, runWith, thaw } from './devices';

/** Sparse: what is not written takes no space. */
const STORE_BYTES = 24 * 2 ** 30;
/** Of a volume here, whatever its template says: a run of some days fits. */
const MOST_BYTES = 2 * 2 ** 30;
const CLOSE_TRIES = 50;
const CLOSE_EVERY_MS = 100;

/**
 * Images of volumes and of snapshots, in a file system of their own: on XFS a copy shares its blocks with what it was
 * made of, and is made at one instant. So a snapshot holds what had reached the device by then, and no half of it, as
 * EBS has it; what was in the node's page cache is not in it.
 */
export class ImageStore {
  private constructor(
    private readonly dir: string,
    private readonly device: string,
  ) {}

  /** `mkfs`: the program that makes XFS. */
  static async create(root: string, mkfs: ResolvedTool): Promise<ImageStore> {
    mkdirSync(join(root, 'images'), { recursive: true });
    const file = join(root, 'store.img');
    writeFileSync(file, '');
    truncateSync(file, STORE_BYTES);
    const device = await attachDevice(file);
    try {
      await runWith(mkfs.env, mkfs.path, '-q', device);
      await runDeviceTool('mount', '-o', 'noatime', device, join(root, 'images'));
    } catch (error) {
      await releaseDevice(device);
      throw error;
    }
    return new ImageStore(join(root, 'images'), device);
  }

  path(id: string): string {
    return join(this.dir, `${id}.img`);
  }

  has(id: string): boolean {
    return existsSync(this.path(id));
  }

  blank(id: string, bytes: number): void {
    writeFileSync(this.path(id), '', { flag: 'wx' });
    truncateSync(this.path(id), Math.min(bytes, MOST_BYTES));
  }

  /** As `from` is at this instant. */
  async clone(from: string, to: string): Promise<void> {
    await copyFile(this.path(from), this.path(to), constants.COPYFILE_FICLONE_FORCE);
  }

  /** The first MiB, where the file system begins, turns into noise. */
  async spoil(id: string): Promise<void> {
    await runDeviceTool(
      'dd',
      'if=/dev/urandom',
      `of=${this.path(id)}`,
      'bs=1M',
      'count=1',
      'conv=notrunc',
      'status=none',
    );
  }

  async remove(id: string): Promise<void> {
    await rm(this.path(id), { force: true });
  }

  /** A namespace that is gone takes a moment to let go of its mounts. */
  async close(): Promise<void> {
    for (let left = CLOSE_TRIES; ; left -= 1) {
      try {
        await runDeviceTool('umount', this.dir);
        break;
      } catch (error) {
        if (left === 0) throw error;
        await sleep(CLOSE_EVERY_MS);
      }
    }
    await releaseDevice(this.device);
  }
}

/** Ends what a run that was killed left stalled: nobody can be killed who waits for it. */
export async function releaseLeftStalls(root: string): Promise<void> {
  for (const device of await devicesBelow(join(root, 'images'))) {
    // Most were not stalled, or are not mounted any more.
    await thaw(device, join(root, 'scratch')).catch(() => undefined);
  }
}

/** What a run that was killed left below its directory. */
export async function removeLeftDevices(root: string): Promise<void> {
  if (!existsSync(root)) return;
  for (const device of await devicesBelow(root)) await releaseDevice(device);
  const images = join(root, 'images');
  if (await isMounted(images)) await runDeviceTool('umount', '--lazy', images);
}

async function isMounted(path: string): Promise<boolean> {
  return runDeviceTool('mountpoint', '--quiet', path).then(
    () => true,
    () => false,
  );
}
