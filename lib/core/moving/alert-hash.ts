/** How Alertmanager writes alerts into its log of notifications: by a number that is made of their labels. */

export type ToldLabels = Readonly<Record<string, string>>;

/** Up to 0.28 and from some later release on; which one a server uses is found out by what stands in its log. */
export type HashOf = (labels: ToldLabels) => bigint;

const SEPARATOR = 0xff;

function bytesOf(labels: ToldLabels): Uint8Array {
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  // By their bytes, as Go sorts.
  const sorted = Object.entries(labels).map(([name, value]) => [encoder.encode(name), encoder.encode(value)] as const);
  sorted.sort(([a], [b]) => compareBytes(a, b));
  for (const [name, value] of sorted) bytes.push(...name, SEPARATOR, ...value, SEPARATOR);
  return Uint8Array.from(bytes);
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length && i < b.length; i += 1) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);

/** The fingerprint of its API: FNV-1a, 64 bits. */
export const fnvHash: HashOf = (labels) => {
  let sum = 14695981039346656037n;
  for (const byte of bytesOf(labels)) sum = u64((sum ^ BigInt(byte)) * 1099511628211n);
  return sum;
};

const P1 = 11400714785074694791n;
const P2 = 14029467366897019727n;
const P3 = 1609587929392839161n;
const P4 = 9650029242287828579n;
const P5 = 2870177450012600261n;

const rotated = (value: bigint, by: bigint): bigint => u64(value << by) | (value >> (64n - by));
const round = (sum: bigint, lane: bigint): bigint => u64(rotated(u64(sum + lane * P2), 31n) * P1);

/** XXH64 with seed 0. */
export const xxHash: HashOf = (labels) => {
  const bytes = bytesOf(labels);
  const view = new DataView(bytes.buffer);
  let at = 0;
  let sum = P5;
  if (bytes.length >= 32) {
    const lanes = [u64(P1 + P2), P2, 0n, u64(-P1)];
    for (; at + 32 <= bytes.length; at += 32)
      for (let i = 0; i < 4; i += 1) lanes[i] = round(lanes[i]!, view.getBigUint64(at + 8 * i, true));
    sum = u64([1n, 7n, 12n, 18n].reduce((all, by, i) => all + rotated(lanes[i]!, by), 0n));
    for (const lane of lanes) sum = u64((sum ^ round(0n, lane)) * P1 + P4);
  }
  sum = u64(sum + BigInt(bytes.length));
  for (; at + 8 <= bytes.length; at += 8)
    sum = u64(rotated(sum ^ round(0n, view.getBigUint64(at, true)), 27n) * P1 + P4);
  if (at + 4 <= bytes.length) {
    sum = u64(rotated(sum ^ u64(BigInt(view.getUint32(at, true)) * P1), 23n) * P2 + P3);
    at += 4;
  }
  for (; at < bytes.length; at += 1) sum = u64(rotated(sum ^ u64(BigInt(bytes[at]!) * P5), 11n) * P1);
  sum = u64((sum ^ (sum >> 33n)) * P2);
  sum = u64((sum ^ (sum >> 29n)) * P3);
  return sum ^ (sum >> 32n);
};

export const HASHES: readonly HashOf[] = [fnvHash, xxHash];
