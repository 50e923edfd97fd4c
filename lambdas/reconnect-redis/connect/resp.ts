/** RESP2, the protocol of Redis, as far as AUTH, PING and ROLE need it: redis.io, "Redis serialization protocol". */

export type Reply = string | number | null | Error | readonly Reply[];

/** The replies of those three have some hundred bytes; ROLE lists each replica. */
const MAX_REPLY_BYTES = 1_000_000;
const MAX_DEPTH = 8;

export function encodeCommand(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}

/**
 * The reply at the beginning of `bytes` and where it ends; null: more is to come. An error that Redis answers is a value.
 *
 * @throws Error when this is no RESP2, or is larger than any reply that was asked for
 */
export function readReply(bytes: Buffer, at = 0, depth = 0): { readonly reply: Reply; readonly end: number } | null {
  if (bytes.length > MAX_REPLY_BYTES || depth > MAX_DEPTH) throw new Error('a reply that is larger than any to expect');
  const lineEnd = bytes.indexOf('\r\n', at);
  const kind = bytes.toString('latin1', at, at + 1);
  if (bytes.length > at && !'+-:$*'.includes(kind)) throw new Error(`a reply that begins with ${JSON.stringify(kind)}`);
  if (lineEnd < 0) return null;
  const line = bytes.toString('utf8', at + 1, lineEnd);
  const end = lineEnd + 2;
  if (kind === '+') return { reply: line, end };
  if (kind === '-') return { reply: new Error(line), end };
  if (!/^-?\d{1,15}$/.test(line)) throw new Error(`a reply with the number ${JSON.stringify(line.slice(0, 20))}`);
  const number = Number(line);
  if (kind === ':') return { reply: number, end };
  if (number < 0) return { reply: null, end };
  if (kind === '$') {
    if (bytes.length < end + number + 2) return number > MAX_REPLY_BYTES ? tooLarge() : null;
    return { reply: bytes.toString('utf8', end, end + number), end: end + number + 2 };
  }
  return readItems(bytes, end, number, depth + 1);
}

function readItems(bytes: Buffer, begin: number, count: number, depth: number): ReturnType<typeof readReply> {
  const items: Reply[] = [];
  let at = begin;
  while (items.length < count) {
    const item = readReply(bytes, at, depth);
    if (item === null) return null;
    items.push(item.reply);
    at = item.end;
  }
  return { reply: items, end: at };
}

function tooLarge(): never {
  throw new Error('a reply that is larger than any to expect');
}
