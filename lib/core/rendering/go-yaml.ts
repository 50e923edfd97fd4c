import { isAlias, isCollection, isMap, isScalar, isSeq, LineCounter, Pair, parseAllDocuments, Scalar } from 'yaml';
import { visit, YAMLMap, YAMLSeq, type Document, type Node } from 'yaml';

import { TOO_DEEP, withinStack } from './yaml-depth';

/** A YAML file as Go's yaml reads it: the first document, anchors and merge keys resolved. */
export interface GoYaml {
  /** Null where the file is empty, or nothing but comments. */
  readonly root: Node | null;
  readonly errors: readonly { readonly says: string; readonly offset: number }[];
  readonly placeOf: (offset: number) => { readonly line: number; readonly col: number };
}

/** A file of some kilobytes can stand for gigabytes by its anchors; no configuration comes near this. */
const MOST_NODES = 500_000;

/**
 * Scalars stay as they are written, quotes included: what `yes`, `010` or `1_000` mean hangs on the field that Prometheus
 * reads them into, and only Prometheus knows its fields.
 */
export function readGoYaml(text: string): GoYaml {
  const tooDeep = (): GoYaml => ({
    root: null,
    errors: [{ says: TOO_DEEP, offset: 0 }],
    placeOf: () => ({ line: 1, col: 1 }),
  });
  return withinStack(text, () => readShallow(text), tooDeep);
}

function readShallow(text: string): GoYaml {
  const lines = new LineCounter();
  const options = { schema: 'failsafe', lineCounter: lines, prettyErrors: false } as const;
  const [document] = parseAllDocuments(text, options) as readonly Document.Parsed[];
  const errors = (document?.errors ?? []).map(({ message, pos }) => ({ says: message, offset: pos[0] }));
  const placeOf = (offset: number): { line: number; col: number } => lines.linePos(offset);
  if (document === undefined || errors.length > 0) return { root: null, errors, placeOf };
  try {
    const root = document.contents === null ? null : new Resolver(document).resolve(document.contents);
    return { root: isNull(root) ? null : root, errors, placeOf };
  } catch (error) {
    if (!(error instanceof Unresolvable)) throw error;
    return { root: null, errors: [{ says: error.message, offset: error.offset }], placeOf };
  }
}

/** Written as it was read: plain scalars plain, without comments. */
export function writeGoYaml(root: Node): string {
  // Made by the parser, so that no schema gives plain scalars quotes.
  const [document] = parseAllDocuments('{}', { schema: 'failsafe' }) as readonly Document.Parsed[];
  document!.contents = root as never;
  return document!.toString({ lineWidth: 0 });
}

/** What YAML says for nothing, and nothing itself. */
export function isNull(node: unknown): boolean {
  if (node === null || node === undefined) return true;
  return isScalar(node) && node.type === Scalar.PLAIN && ['', '~', 'null', 'Null', 'NULL'].includes(String(node.value));
}

class Unresolvable extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

/** Copies nodes so that each stands for itself. */
class Resolver {
  private nodes = 0;
  private readonly within = new Set<Node>();

  private readonly sources: ReadonlyMap<Node, Node>;

  constructor(document: Document.Parsed) {
    this.sources = sourcesIn(document);
  }

  resolve(node: Node): Node {
    const offset = node.range?.[0] ?? 0;
    if (++this.nodes > MOST_NODES) throw new Unresolvable(`more than ${MOST_NODES} values, anchors resolved`, offset);
    if (isAlias(node)) {
      const source = this.sources.get(node);
      if (source === undefined) throw new Unresolvable(`the anchor ${node.source} is not defined`, offset);
      if (this.within.has(source)) throw new Unresolvable(`the anchor ${node.source} contains itself`, offset);
      return this.resolve(source);
    }
    this.within.add(node);
    const made = isMap(node) ? this.map(node) : isSeq(node) ? this.seq(node) : scalar(node);
    this.within.delete(node);
    made.range = node.range ?? null;
    if (isCollection(node) && isCollection(made) && node.flow === true) made.flow = true;
    return made;
  }

  private seq(node: YAMLSeq): YAMLSeq {
    const made = new YAMLSeq();
    made.items = node.items.map((item) => this.resolve(item as Node));
    return made;
  }

  /** Own keys win over merged ones, and of those the first. */
  private map(node: YAMLMap): YAMLMap {
    const made = new YAMLMap();
    const merged: YAMLMap[] = [];
    for (const { key, value } of node.items) {
      if (isMergeKey(key)) merged.push(...this.mergedBy(value as Node | null));
      else made.items.push(new Pair(this.resolve(key as Node), value === null ? null : this.resolve(value as Node)));
    }
    for (const pair of merged.flatMap(({ items }) => items)) {
      if (!made.has(keyOf(pair))) made.items.push(pair);
    }
    return made;
  }

  private mergedBy(value: Node | null): YAMLMap[] {
    const resolved = value === null ? null : this.resolve(value);
    const maps = isSeq(resolved) ? resolved.items : [resolved];
    if (maps.every((map) => isMap(map))) return maps as YAMLMap[];
    throw new Unresolvable('a merge key (<<) wants a map, or a list of maps', value?.range?.[0] ?? 0);
  }
}

/** What each alias stands for: the last one of that name before it. Found in one pass; to ask each alias takes one for each. */
function sourcesIn(document: Document.Parsed): Map<Node, Node> {
  const named = new Map<string, Node>();
  const sources = new Map<Node, Node>();
  visit(document, {
    Value: (_, node) => void (node.anchor !== undefined && named.set(node.anchor, node)),
    Alias: (_, alias) => {
      const source = named.get(alias.source);
      if (source !== undefined) sources.set(alias, source);
    },
  });
  return sources;
}

const isMergeKey = (key: unknown): boolean => isScalar(key) && key.type === Scalar.PLAIN && key.value === '<<';

const keyOf = ({ key }: Pair): string => (isScalar(key) ? String(key.value) : '');

function scalar(node: Node): Node {
  const copy = node.clone() as Node & { anchor?: string };
  delete copy.anchor;
  // A tag such as !!binary or !!int makes a value of it; Go has to get the text, and the tag.
  if (isScalar(copy) && typeof copy.value !== 'string') copy.value = copy.source ?? '';
  copy.comment = null;
  copy.commentBefore = null;
  copy.spaceBefore = false;
  return copy;
}
