import { isCollection, isMap, isPair, isScalar, LineCounter, parseDocument, type Node } from 'yaml';
import { UserError } from '../../contract/errors';

/** A YAML file that remembers where its values stand. */
export interface YamlFile {
  readonly file: string;
  readonly root: Node | null;
  readonly value: unknown;
  /** file:line:column of what stands at this path, or of the nearest thing around it. */
  where(path: readonly (string | number)[]): string;
  /** file:line:column of a position in the text. */
  at(offset: number): string;
  /** The place of the end of `before`, the beginning of a block value (| or >) whose header is at `start`. */
  whereInBlock(start: number, before: string): string;
  node(path: readonly (string | number)[]): Node | null;
}

/** Parses one document; what is not YAML becomes problems, and the result null. */
export function parseYaml(file: string, text: string, problems: UserError[]): YamlFile | null {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
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
        fix: 'look at the indentation, quotes and colons around this place',
      }),
    );
  }
  if (document.errors.length > 0) return null;

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
  return { file, root: document.contents, value: document.toJS() as unknown, where, at, whereInBlock, node };
}

function lineAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', start);
  return text.slice(start, end === -1 ? undefined : end).trim() || 'an empty line';
}
