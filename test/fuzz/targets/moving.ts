import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { groupKeysHere } from '../../../lib/core/moving/group-key';
import { logIn, stateOf } from '../../../lib/core/moving/notification-log';
import { bytesField, concatenated, fieldsOf, numbersIn, varintAt } from '../../../lib/core/moving/protobuf';
import { stateIn } from '../../../lib/shell/alertmanager/gossip';
import { unLzw } from '../../../lib/shell/alertmanager/lzw';
import { packed, unpack } from '../../../lib/shell/alertmanager/msgpack';
import { MOVE } from '../../../lib/contract/documents/move';
import { nastyBytes, nastyJson, nastyText } from '../nasty';
import { readsBack } from '../refused';
import { bytesTarget, textTarget, type FuzzTarget } from '../target';

const FEW_MB = 4 * 2 ** 20;

/** Of the log of an Alertmanager 0.34.1. */
const ENTRY =
  '3e0a127b7d3a7b616c6572746e616d653d2258227d12100a0570616765721207776562686f6f6b2a0b08fa80afd80610b3c9f670' +
  '3209928c93f3e8dcecdc46120b08fae1b0d80610b3c9f670';
const LOG = Buffer.from(`4d0a${ENTRY}`, 'hex');
const STATE = bytesField(1, concatenated([bytesField(1, Buffer.from('nfl')), bytesField(2, LOG)]));
const HEADER = packed({ Nodes: 1, UserStateLen: STATE.length, Join: false });
/** A member: a map with a name. */
const MEMBER = Buffer.concat([Buffer.from([0x81, 0xa4]), Buffer.from('Name'), Buffer.from([0xa1, 0x61])]);
const ANSWER = Buffer.concat([Buffer.of(6), HEADER, MEMBER, STATE]);

/** What compress/lzw would write of few bytes without looking for repetitions: codes of nine bits. */
function inLzw(bytes: Uint8Array): Buffer {
  let bits = 0n;
  [256, ...bytes, 257].forEach((code, i) => (bits |= BigInt(code) << BigInt(9 * i)));
  const out: number[] = [];
  for (let left = 9 * (bytes.length + 2); left > 0; left -= 8, bits >>= 8n) out.push(Number(bits & 0xffn));
  return Buffer.from(out);
}

const COMPRESSED = Buffer.concat([
  Buffer.from([9, 0x82, 0xa4]),
  Buffer.from('Algo'),
  Buffer.from([0, 0xa3]),
  Buffer.from('Buf'),
  Buffer.from([0xc5, inLzw(ANSWER).length >> 8, inLzw(ANSWER).length & 0xff]),
  inLzw(ANSWER),
]);

/** Ours are RangeErrors, but for a peer's own words; a stack that is full is none of them. */
function orRefused(work: () => void): void {
  try {
    work();
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof RangeError && !/call stack|array length/i.test(message)) return;
    if ((error as Error).constructor === Error && !message.startsWith('found: ')) return;
    throw error;
  }
}

const sameAgain = (is: unknown, again: unknown): void => {
  if (!isDeepStrictEqual(is, again)) throw new Error('found: it is another one once it was written');
};

const GROUP_KEYS = ['{}:{}', '{}/{a="b"}/{c=~"d|\\"e"}:{alertname="X", x="}{:/"}'];

export const MOVING_TARGETS: readonly FuzzTarget[] = [
  bytesTarget('state of a peer', nastyBytes(fc.constantFrom(ANSWER, COMPRESSED)), (bytes) =>
    orRefused(() => void stateIn(bytes, FEW_MB)),
  ),
  bytesTarget('MessagePack', nastyBytes(fc.constantFrom(HEADER, MEMBER, Buffer.alloc(50_000, 0x91))), (bytes) =>
    orRefused(() => void unpack(bytes, 0)),
  ),
  bytesTarget('LZW', nastyBytes(fc.constantFrom(inLzw(ANSWER), inLzw(Buffer.alloc(200, 7)))), (bytes) =>
    orRefused(() => void unLzw(bytes, FEW_MB)),
  ),
  bytesTarget('protocol buffers of peers', nastyBytes(fc.constantFrom(STATE, LOG)), (bytes) =>
    orRefused(() => {
      for (const { number } of fieldsOf(bytes)) numbersIn(fieldsOf(bytes), number);
      varintAt(bytes, 0);
    }),
  ),
  bytesTarget('log of notifications', nastyBytes(fc.constant(STATE)), (bytes) =>
    orRefused(() => {
      // A Buffer is another thing than the bytes that are read again.
      const entries = logIn(Uint8Array.from(bytes));
      sameAgain(logIn(stateOf(entries)), entries);
    }),
  ),
  textTarget(
    'key of a group',
    nastyText(GROUP_KEYS, ['{', '}', ':', '/', '"', '\\', ', ', '=', '{}', 'a="b"']),
    (key) => {
      for (const made of groupKeysHere(key, 'c', [])) {
        const again = groupKeysHere(made.slice('{}/'.length), 'c', []);
        if (!again.includes(made)) throw new Error(`of ${made} it makes ${again.join(' and ')}`);
      }
    },
  ),
  textTarget(
    'journal of a move',
    nastyJson(
      fc.constant({
        version: 1,
        from: 'http://old:9093',
        by: 'kim',
        begunAt: '2026-06-01T12:00:00Z',
        known: [{ alertname: 'X' }],
        silences: 1,
        silence: 'a',
        log: { readAt: '2026-06-01T12:00:00Z', entries: [], unknown: 0 },
        toldAt: null,
        abortedAt: null,
      }),
    ),
    (text) => readsBack(MOVE, text),
  ),
];
