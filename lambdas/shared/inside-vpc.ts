import { BlockList, isIPv4 } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { RelayAnswer } from '../../lib/contract/documents/relay';

/** Addresses that a VPC can have: RFC 1918 and 6598. Neither Lambda's own of this machine nor the metadata service. */
const vpc = new BlockList();
for (const [address, bits] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
] as const) {
  vpc.addSubnet(address, bits);
}

/** By port, what may be asked: a path, or, where it ends with a slash, all under it. */
export type MayBeAsked = Readonly<Record<number, readonly string[]>>;

/** Why this is not asked for whoever is outside the VPC; null: it is. */
export function whyNotInside(text: string, known: MayBeAsked): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.protocol !== 'http:' || url.username !== '') return 'not a plain http:// URL';
  if (!isIPv4(url.hostname) || !vpc.check(url.hostname)) return 'not an address inside a VPC';
  const paths = known[Number(url.port)];
  if (paths === undefined) return `not one of the ports ${Object.keys(known).join(', ')}`;
  const isKnown = paths.some((path) => (path.endsWith('/') ? url.pathname.startsWith(path) : url.pathname === path));
  return isKnown ? null : `not one of the paths ${paths.join(', ')}`;
}

/** Of compressed bytes: what is left of Lambda's 6 MB after base64. */
const MOST_BYTES = 4.4 * 2 ** 20;

/** As Lambda gives it back. `status` null: there was no answer, and `text` says why. */
export function relayed(status: number | null, text: string): RelayAnswer {
  const packed = gzipSync(text);
  if (packed.length <= MOST_BYTES) return { status, body: packed.toString('base64') };
  return relayed(null, `the answer is longer than Lambda gives back (${packed.length} bytes compressed): ask for less`);
}
