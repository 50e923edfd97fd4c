import { statfsSync } from 'node:fs';
import { messageOf, type Log } from '../base/log';
import { runCommand, type Run } from '../boot/host';
import { mountedDevice } from '../boot/mounts';

/** It reads the superblock and writes some headers. */
const GROW_MS = 60_000;
const bytesOf = (path: string): number => {
  const { blocks, bsize } = statfsSync(path);
  return blocks * bsize;
};

interface FileSystemTools {
  /** The device that is mounted there; null: none is. */
  readonly mounted: (mountPoint: string) => Promise<string | null>;
  readonly deviceBytes: (device: string) => Promise<number>;
  /** Bytes that the file system holds. */
  readonly size: (mountPoint: string) => number;
  readonly grow: (mountPoint: string) => Promise<unknown>;
}
export const fileSystemTools = (onHost: Run): FileSystemTools => ({
  mounted: mountedDevice,
  deviceBytes: async (device) => Number((await runCommand('blockdev', ['--getsize64', device])).stdout),
  size: bytesOf,
  grow: (mountPoint) => onHost('xfs_growfs', [mountPoint], { timeout: GROW_MS }),
});

/**
 * A deploy makes a volume larger while it is in use (volume.sizeGiB), and its file system stays as it was. XFS grows while it
 * is mounted; where there is nothing to grow into the command changes nothing. Looked for at the start, and then whenever the
 * device has another size.
 */
export class FileSystem {
  private grown: string | null = null;

  constructor(
    private readonly mountPoint: string,
    private readonly log: Log,
    private readonly tools: FileSystemTools,
  ) {}

  /** @throws when it should have grown and did not: the next round tries again */
  async round(): Promise<void> {
    const { mountPoint, tools, log } = this;
    const device = await tools.mounted(mountPoint);
    if (device === null) return;
    const now = `${device} ${await tools.deviceBytes(device)}`;
    if (now === this.grown) return;
    const before = tools.size(mountPoint);
    try {
      await tools.grow(mountPoint);
    } catch (error) {
      // At the start nothing says that there is anything to grow into.
      if (this.grown !== null) throw error;
      log('warn', 'file-system-not-grown', { because: messageOf(error) });
    }
    this.grown = now;
    const after = tools.size(mountPoint);
    if (after !== before) log('info', 'file-system-grown', { device, fromBytes: before, toBytes: after });
  }
}
