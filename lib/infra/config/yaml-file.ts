import { isCollection, isMap, isPair, isScalar, LineCounter, parseAllDocuments, type Node, type YAMLError } from 'yaml';
import { UserError } from '../../contract/errors';
import { AS_WRITTEN, MOST_ALIASES } from '../../core/rendering/as-written';

/** A YAML file that remembers where its values stand. */
export interface YamlFile {
  readonly file: string;
  readonly root: Node | null;
  /** Texts, lists and maps, as Go reads them: a key without a value is as good as none. */
  readonly value: unknown;
  /** How many documents there are; only the first is read. */
  readonly documents: number;
  /** file:line:column of what stands at this path, or of the nearest thing around it. */
  where(path: readonly (string | number)[]): string;
  /** file:line:column of a position in the text. */
  at(offset: number): string;
  /** The place of the end of `before`, the beginning of a block value (| or >) whose header is at `start`. */
  whereInBlock(start: number, before: string): string;
  node(path: readonly (string | number)[]): Node | null;
}

/** Parses the first document; what is not YAML becomes problems, and the result null. */
export function parseYaml(file: string, text: string, problems: UserError[]): YamlFile | null {
  const lines = new LineCounter();
  const options = { ...AS_WRITTEN, lineCounter: lines, prettyErrors: false };
  const documents = parseAllDocuments(text, options);
  const document = documents[0] ?? parseAllDocuments('~', options)[0]!;
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  for (const error of document.errors) {
    problems.push(
      new UserError({
        what: `this is not YAML: ${error.message}`,
        where: at(error.pos[0]),
        got: lineAt(text, error.pos[0]),
        expected: 'a YAML document',
        fix: mendOf(error),
      }),
    );
  }
  if (document.errors.length > 0) return null;
  const value = valueOf(document, at(0), problems);
  if (value === undefined) return null;

  const node = (path: readonly (string | number)[]): Node | null =>
    path.length === 0 ? document.contents : ((document.getIn(path, true) as Node | undefined) ?? null);
  const where = (path: readonly (string | number)[]): string => {
    for (let length = path.length; length > 0; length--) {
      // A key tells more than its value, which may begin on the next line.
      const parent = node(path.slice(0, length - 1));
      const key = path[length - 1];
      if (isMap(parent)) {
        const pair = parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key);
        if (pair !== undefined && isScalar(pair.key) && pair.key.range) return at(pair.key.range[0]);
      } else if (isCollection(parent)) {
        const found = node(path.slice(0, length));
        if (found?.range) return at(found.range[0]);
      }
    }
    return at(document.contents?.range?.[0] ?? 0);
  };
  const whereInBlock = (start: number, before: string): string => {
    const header = text.indexOf('\n', start);
    const down = before.split('\n').length - 1;
    let from = header + 1;
    for (let i = 0; i < down; i++) from = text.indexOf('\n', from) + 1;
    const indent = /^ */.exec(text.slice(from))![0].length;
    return at(from + indent + (before.length - before.lastIndexOf('\n') - 1));
  };
  return { file, root: document.contents, value, documents: documents.length, where, at, whereInBlock, node };
}

/** Undefined, with a problem, when it cannot be had. */
function valueOf(
  document: ReturnType<typeof parseAllDocuments>[number],
  where: string,
  problems: UserError[],
): unknown {
  try {
    return withoutNulls(document.toJS({ maxAliasCount: MOST_ALIASES }));
  } catch (error) {
    problems.push(
      new UserError({
        what: 'this YAML cannot be resolved',
        where,
        got: (error as Error).message,
        expected: 'aliases (*name) of anchors (&name) that stand before them, and not millions of them',
        fix: 'write out what the aliases stand for',
      }),
    );
    return undefined;
  }
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, v]) => v !== null)
      .map(([key, v]) => [key, withoutNulls(v)]),
  );
}

/** What most often is the cause of what the parser cannot read. */
function mendOf({ code }: YAMLError): string {
  switch (code) {
    case 'BLOCK_AS_IMPLICIT_KEY':
      return "put the text in quotes: with a colon and a space in it, as in 'Down: x', it is read as a key";
    case 'TAB_AS_INDENT':
      return 'indent with spaces: YAML takes no tabs there';
    case 'MISSING_CHAR':
    case 'BAD_DQ_ESCAPE':
      return "close the quotes; in '…' nothing is special but ', which is written twice";
    case 'DUPLICATE_KEY':
      return 'remove one of the two';
    case 'UNEXPECTED_TOKEN':
    case 'BAD_SCALAR_START':
    case 'MULTILINE_IMPLICIT_KEY':
      return "put the text in quotes if it begins with {, [, *, &, %, @, ` or has ': ' or ' #' in it; else look at the indentation";
    default:
      return 'look at the indentation, quotes and colons around this place';
  }
}

function lineAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', start);
  return text.slice(start, end === -1 ? undefined : end).trim() || 'an empty line';
}
