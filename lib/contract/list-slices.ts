/** Where in a document the list is: what comes before its first item, and how a document with a part of it begins and ends. */
export interface ListPlace {
  readonly head: RegExp;
  readonly open: string;
  readonly close: string;
}

/** The document is the list. */
export const WHOLE: ListPlace = { head: /^\s*\[/, open: '[', close: ']' };

/** A tenth of a millisecond for each kilobyte: what takes its turn with others is never in the way for long. */
const SLICE_CHARS = 64 * 1024;

const [QUOTE, BACKSLASH, COMMA, LIST, OBJECT] = [...'"\\,[{'].map((c) => c.charCodeAt(0)) as [
  number,
  number,
  number,
  number,
  number,
];

/**
 * The text of a document as several, each with a part of its list, to be parsed one after the other: all of them are documents
 * exactly when the text is one. What does not begin as expected is left in one piece.
 */
export function* listSlices(
  text: string,
  { head, open, close }: ListPlace = WHOLE,
  most = SLICE_CHARS,
): Generator<string> {
  const begins = head.exec(text)?.[0].length;
  if (begins === undefined) {
    yield text;
    return;
  }
  let from = begins;
  let level = 0;
  let inText = false;
  for (let i = begins; i < text.length && level >= 0; i += 1) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) inText = !inText;
    else if (inText) i += c === BACKSLASH ? 1 : 0;
    else if (c === LIST || c === OBJECT) level += 1;
    else if (c === LIST + 2 || c === OBJECT + 2) level -= 1;
    else if (c === COMMA && level === 0 && i - from >= most) {
      yield open + itemsOf(text.slice(from, i)) + close;
      from = i + 1;
    }
  }
  const rest = text.slice(from);
  // A comma and nothing after it.
  yield from === begins ? text : open + (rest.trimStart().startsWith(close[0]!) ? `,${rest}` : rest);
}

/** Nothing between two commas is no empty list. */
const itemsOf = (slice: string): string => (slice.trim() === '' ? ',' : slice);
