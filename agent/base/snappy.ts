import { snappyUncompress } from 'hysnappy';

/** How many bytes of a length there may be: 32 bits, seven at a time. */
const LENGTH_BYTES = 5;

/**
 * Unpacks a block of Snappy from a peer or a disk, of at most `most` bytes once it is unpacked. Bounded in time and memory
 * whatever the bytes are: it runs in a memory of its own. @throws Error when it is none, or larger
 */
export function unpacked(packed: Uint8Array, most: number): Buffer {
  const length = lengthOf(packed);
  if (length > most) throw new Error(`Snappy: ${length} bytes once they are unpacked, of at most ${most}`);
  try {
    return Buffer.from(snappyUncompress(packed, length).buffer);
  } catch (error) {
    throw new Error(`Snappy: ${packed.length} bytes that cannot be unpacked: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function lengthOf(packed: Uint8Array): number {
  let length = 0;
  for (let i = 0; i < LENGTH_BYTES && i < packed.length; i += 1) {
    length += (packed[i]! & 0x7f) * 2 ** (7 * i);
    if (packed[i]! < 0x80) return length;
  }
  throw new Error('Snappy: it does not begin with a length');
}
