import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { unLzw } from './lzw';
import { packed, unpack, type Packed } from './msgpack';

/** memberlist, by which Alertmanagers tell each other silences and what they have notified of: the one message that gives all. */
const PUSH_PULL = 6;
const COMPRESSED = 9;
const ERROR = 13;
/** 100,000 entries and as many silences are less. */
const MOST_BYTES = 256 * 2 ** 20;

/** Over TLS Alertmanagers say first that a stream follows: the length, in four bytes, of a message with their version and nothing else. */
const STREAM = Buffer.from('\x08\0\0\0\x0a\x06v0.1.0', 'latin1');

/** PEM: what a peer shows, and whom it trusts. */
export interface PeerCertificate {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca: Buffer;
}

/**
 * All that an Alertmanager would tell a peer: a message with a part each for its silences and its log. It is given `ours` of the
 * same kind, and merges it. Nobody joins its cluster by this: no member is named.
 * @throws Error where nothing is there that speaks so, in time
 */
export async function exchangeState(
  host: string,
  port: number,
  ours: Uint8Array,
  timeoutMs: number,
  tls: PeerCertificate | null = null,
): Promise<Buffer> {
  const where = `${host}:${port}`;
  try {
    const header = packed({ Nodes: 0, UserStateLen: ours.length, Join: false });
    const question = Buffer.concat([Buffer.of(PUSH_PULL), header, ours]);
    return stateIn(await asked({ host, port, question, timeoutMs, tls }));
  } catch (error) {
    throw new Error(`${where} gives no state as a peer of an Alertmanager does: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

interface Asked {
  readonly host: string;
  readonly port: number;
  readonly question: Buffer;
  readonly timeoutMs: number;
  readonly tls: PeerCertificate | null;
}

/** It answers when it has read the question, and ends the connection when it has merged it. */
function asked({ host, port, question, timeoutMs, tls }: Asked): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { host, port, signal: AbortSignal.timeout(timeoutMs) };
    const parts: Buffer[] = [];
    let size = 0;
    const socket =
      tls === null
        ? connect(options, () => socket.write(question))
        : connectTls({ ...options, ...tls, minVersion: 'TLSv1.3' }, () =>
            // In a record of its own: what comes with it is lost there.
            socket.write(STREAM, () => socket.write(question)),
          );
    socket.on('data', (part: Buffer) => {
      parts.push(part);
      size += part.length;
      if (size > MOST_BYTES) socket.destroy(new Error(`more than ${MOST_BYTES} bytes`));
    });
    socket.on('end', () => socket.end());
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(parts)));
  });
}

/** What a peer tells. @throws RangeError, Error where it is no such message, or one of more than `most` bytes */
export function stateIn(answer: Buffer, most = MOST_BYTES, isUnpacked = false): Buffer {
  const kind = answer.readUInt8(0);
  if (kind === COMPRESSED && !isUnpacked) {
    const body = unpack(answer, 1).value;
    return stateIn(unLzw(bytesAt(body, 'Buf'), most), most, true);
  }
  if (kind === ERROR) throw new Error(String(bytesAt(unpack(answer, 1).value, 'Error')));
  if (kind !== PUSH_PULL) throw new RangeError(`it answers with a message of kind ${kind}`);
  const header = unpack(answer, 1);
  const members = numberAt(header.value, 'Nodes');
  let at = header.next;
  for (let i = 0; i < members; i += 1) at = unpack(answer, at).next;
  const length = numberAt(header.value, 'UserStateLen');
  if (at + length > answer.length) throw new RangeError('its answer is cut off');
  return answer.subarray(at, at + length);
}

function bytesAt(map: Packed, key: string): Buffer {
  const value = map instanceof Map ? map.get(key) : undefined;
  if (value instanceof Buffer) return value;
  throw new RangeError(`there is no ${key}`);
}

function numberAt(map: Packed, key: string): number {
  const value = map instanceof Map ? map.get(key) : undefined;
  if (typeof value === 'number' && value >= 0) return value;
  throw new RangeError(`there is no ${key}`);
}
