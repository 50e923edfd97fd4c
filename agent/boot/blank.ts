import { open } from 'node:fs/promises';

/** XFS has its first inodes and free lists within this, whatever became of its very first block. */
const LOOK_BYTES = 16 * 2 ** 20;
const CHUNK_BYTES = 2 ** 20;

/** Whether a device begins with nothing but zeros, as a new volume does. Rejects when it cannot be read. */
export async function isBlank(device: string): Promise<boolean> {
  const file = await open(device, 'r');
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    const zeros = Buffer.alloc(CHUNK_BYTES);
    for (let at = 0; at < LOOK_BYTES;) {
      const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, at);
      if (bytesRead === 0) return true;
      if (chunk.compare(zeros, 0, bytesRead, 0, bytesRead) !== 0) return false;
      at += bytesRead;
    }
    return true;
  } finally {
    await file.close();
  }
}
