/** The little of DNS (RFC 1035) that is needed to answer questions for addresses. */

export interface Question {
  readonly id: number;
  /** In small letters, without a dot at the end. */
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly recursionDesired: boolean;
  /** The question as it was asked: it is repeated in the answer. */
  readonly asked: Buffer;
}

export interface DnsAnswer {
  readonly addresses: readonly string[];
  readonly ttlS: number;
}

const HEADER = 12;
const TYPE_A = 1;
const CLASS_IN = 1;
const FLAGS = { response: 0x8000, authoritative: 0x0400, recursionDesired: 0x0100 } as const;
const NO_SUCH_NAME = 3;
/** A name that was said before, at the given offset: here, the question's. */
const SAME_NAME = 0xc000 | HEADER;

/** null for what is no question of one name. */
export function parseQuestion(message: Buffer): Question | null {
  if (message.length < HEADER || message.readUInt16BE(4) !== 1) return null;
  const flags = message.readUInt16BE(2);
  const isQuery = (flags & FLAGS.response) === 0 && (flags & 0x7800) === 0;
  if (!isQuery) return null;
  const labels: string[] = [];
  let at = HEADER;
  for (let length = message[at]; ; length = message[at]) {
    if (length === undefined || length > 63) return null;
    at += 1;
    if (length === 0) break;
    labels.push(message.toString('latin1', at, at + length).toLowerCase());
    at += length;
  }
  if (message.length < at + 4) return null;
  return {
    id: message.readUInt16BE(0),
    name: labels.join('.'),
    type: message.readUInt16BE(at),
    class: message.readUInt16BE(at + 2),
    recursionDesired: (flags & FLAGS.recursionDesired) !== 0,
    asked: message.subarray(HEADER, at + 4),
  };
}

/** `answer` null: there is no such name. Of a name that exists, questions for anything but A are answered with nothing. */
export function buildAnswer(question: Question, answer: DnsAnswer | null): Buffer {
  const asks = question.type === TYPE_A && question.class === CLASS_IN;
  const addresses = asks && answer !== null ? answer.addresses : [];
  const header = Buffer.alloc(HEADER);
  header.writeUInt16BE(question.id, 0);
  header.writeUInt16BE(
    FLAGS.response |
      FLAGS.authoritative |
      (question.recursionDesired ? FLAGS.recursionDesired : 0) |
      (answer === null ? NO_SUCH_NAME : 0),
    2,
  );
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(addresses.length, 6);
  const records = addresses.map((address) => {
    const record = Buffer.alloc(16);
    record.writeUInt16BE(SAME_NAME, 0);
    record.writeUInt16BE(TYPE_A, 2);
    record.writeUInt16BE(CLASS_IN, 4);
    record.writeUInt32BE(answer!.ttlS, 6);
    record.writeUInt16BE(4, 10);
    address.split('.').forEach((octet, i) => record.writeUInt8(Number(octet), 12 + i));
    return record;
  });
  return Buffer.concat([header, question.asked, ...records]);
}
