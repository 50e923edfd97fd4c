import * as z from 'zod/mini';
import { UserError } from './errors';

/** As a document is used: read-only, all the way down. */
export type ReadOnly<T> = T extends object ? { readonly [K in keyof T]: ReadOnly<T[K]> } : T;

/** One kind of document: how it is read, checked and written. `where` names the object or file, for people. */
export interface DocumentFormat<T> {
  /** For whoever fetches the text: more is not worth fetching. */
  readonly maxBytes: number;
  /** @throws UserError, and nothing else, when the text is no such document; it is never half-used */
  parse(text: string, where: string): T;
  /** The same for what was parsed already, such as a function's event. @throws UserError */
  check(value: unknown, where: string): T;
  /** For whoever tells kinds of documents apart. */
  is(value: unknown): value is T;
  /** @throws UserError rather than write what could not be read back */
  serialize(document: T): string;
}

export interface FormatOptions<S extends z.ZodMiniType> {
  /** In a sentence: "the <what> is not JSON". */
  readonly what: string;
  readonly shape: S;
  readonly maxBytes: number;
  /** What a person does about one that cannot be read. */
  readonly fix: string;
  /** One line per field, so that versions compare well; false: all in one line. */
  readonly indented?: boolean;
}

export function documentFormat<S extends z.ZodMiniType>(
  options: FormatOptions<S>,
): DocumentFormat<ReadOnly<z.output<S>>> {
  const { what, shape, maxBytes, fix, indented = true } = options;
  const check = (value: unknown, where: string): ReadOnly<z.output<S>> => {
    const result = z.safeParse(shape, value);
    if (result.success) return result.data as ReadOnly<z.output<S>>;
    const [issue] = result.error.issues;
    const path = issue!.path.map(String);
    const field = path.length === 0 ? 'document' : path.join('.');
    const expected = issue!.message;
    throw new UserError({
      what: `the ${what}'s ${field} is unusable`,
      where,
      got: excerpt(at(value, path)),
      expected,
      fix,
    });
  };
  const tooLarge = (text: string, where: string): void => {
    const bytes = Buffer.byteLength(text);
    const expected = `at most ${maxBytes}`;
    if (bytes > maxBytes)
      throw new UserError({ what: `the ${what} is too large`, where, got: `${bytes} bytes`, expected, fix });
  };
  const tooDeep = (text: string, where: string): void => {
    const expected = `at most ${MOST_LEVELS} levels of lists and objects`;
    if (levelsOf(text) > MOST_LEVELS)
      throw new UserError({ what: `the ${what} is nested too deeply`, where, got: excerpt(text), expected, fix });
  };
  return {
    maxBytes,
    check,
    is: (value): value is ReadOnly<z.output<S>> => z.safeParse(shape, value).success,
    parse(text, where) {
      tooLarge(text, where);
      tooDeep(text, where);
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch (error) {
        throw new UserError({
          what: `the ${what} is not JSON`,
          where,
          got: excerpt(text),
          expected: 'one JSON document',
          fix: `${fix} (${(error as Error).message})`,
        });
      }
      return check(value, where);
    },
    serialize(document) {
      const where = `${what} about to be written`;
      const text = `${JSON.stringify(document, null, indented ? 2 : 0)}\n`;
      tooLarge(text, where);
      tooDeep(text, where);
      check(document, where);
      return text;
    },
  };
}

/** No document has a tenth of it. Megabytes of brackets would be as many lists, and too deep for whoever writes them. */
const MOST_LEVELS = 100;

/** How deep lists and objects lie in one another; looked at before anything is made of the text. */
function levelsOf(text: string): number {
  let level = 0;
  let deepest = 0;
  let inText = false;
  for (let i = 0; i < text.length && deepest <= MOST_LEVELS; i += 1) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) inText = !inText;
    else if (inText) i += c === BACKSLASH ? 1 : 0;
    else if (c === LIST || c === OBJECT) deepest = Math.max(deepest, (level += 1));
    else if (c === LIST + 2 || c === OBJECT + 2) level -= 1;
  }
  return deepest;
}
const [QUOTE, BACKSLASH, LIST, OBJECT] = [...'"\\[{'].map((c) => c.charCodeAt(0)) as [number, number, number, number];

/** The value that a path leads to, as far as it leads. */
function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : inner),
    value,
  );
}

/** JSON, so that no control character reaches a terminal. */
export function excerpt(value: unknown): string {
  let text: string;
  try {
    text = JSON.stringify(value) ?? 'nothing';
  } catch {
    return 'what cannot be written down'; // an event of a function, nested too deeply
  }
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`;
}
