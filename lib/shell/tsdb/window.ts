import { open, type FileHandle } from 'node:fs/promises';
import type { Pace } from './pace';

/** Eight pages of a log: about 0.3 ms of checksums, so that the event loop never waits for long. */
const PIECE = 256 * 1024;

/**
 * A file seen through a moving window: constant memory, whatever the file's size. What is appended after
 * opening is not looked at.
 */
export class Window {
  private buffer = Buffer.allocUnsafeSlow(PIECE);
  /** Offset in the file of the buffer's first byte, and how many bytes of it are valid. */
  private start = 0;
  private length = 0;

  private constructor(
    private readonly handle: FileHandle,
    readonly bytes: number,
    readonly modifiedMs: number,
    private readonly pace: Pace,
  ) {}

  /** null when there is no such file (any more): on a live TSDB files come and go. */
  static async open(path: string, pace: Pace): Promise<Window | null> {
    let handle: FileHandle;
    try {
      handle = await open(path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
    try {
      const { size, mtimeMs } = await handle.stat();
      return new Window(handle, size, mtimeMs, pace);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /**
   * The bytes [offset, offset + length), fewer at the end of the file. Valid until the next call.
   * Cheap when offsets go upwards.
   */
  async at(offset: number, length: number): Promise<Buffer> {
    const wanted = Math.max(0, Math.min(length, this.bytes - offset));
    if (offset < this.start || offset + wanted > this.start + this.length) await this.move(offset, wanted);
    const from = offset - this.start;
    return this.buffer.subarray(from, from + Math.min(wanted, Math.max(0, this.length - from)));
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  private async move(offset: number, wanted: number): Promise<void> {
    if (wanted > this.buffer.length) this.buffer = Buffer.allocUnsafeSlow(wanted);
    this.start = offset;
    this.length = 0;
    const most = Math.min(this.buffer.length, this.bytes - offset);
    while (this.length < most) {
      const { bytesRead } = await this.handle.read(this.buffer, this.length, most - this.length, offset + this.length);
      if (bytesRead === 0) break; // Truncated since it was opened.
      this.length += bytesRead;
    }
    await this.pace.took(this.length);
  }
}

/** Opens, hands over, closes; null when there is no such file. */
export async function reading<T>(path: string, pace: Pace, read: (file: Window) => Promise<T>): Promise<T | null> {
  const file = await Window.open(path, pace);
  if (file === null) return null;
  try {
    return await read(file);
  } finally {
    await file.close();
  }
}
