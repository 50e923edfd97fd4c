import { isMap, isScalar, isSeq, Scalar, YAMLSeq, type Node, type YAMLMap } from 'yaml';
import { readGoYaml, writeGoYaml } from '../go-yaml';
import { at, entriesOf, itemsOf, put, quoted, textOf } from '../yaml-nodes';
import { hasFileKey, isHeaderSecret, namesFile, type SecretReader } from './file-keys';
import { secretOfPath, secretsAt, secretsIn } from './placeholders';

/** A configuration in which secrets stand as files, as far as the program knows files for them. */
export interface IntoFiles {
  readonly text: string;
  /** Files that are put together of secrets and other text: name → text with `${NAME}`. */
  readonly texts: Readonly<Record<string, string>>;
  /** Whether `${NAME}` is left in the text, where the program takes no file. */
  readonly isLeft: boolean;
}

/**
 * `${NAME}` and `*_file: …/NAME` of declared secrets become files of a directory that lies in memory: the program reads
 * them at each use, so that a new value needs no reload, and no configuration has one.
 */
export function intoFiles(text: string, reader: SecretReader, names: readonly string[], directory: string): IntoFiles {
  const { root, errors } = readGoYaml(text);
  if (names.length === 0 || errors.length > 0 || root === null) return { text, texts: {}, isLeft: false };
  const rewriter = new Rewriter(reader, (name) => names.includes(name), directory);
  rewriter.visit(root, []);
  const written = rewriter.changed ? writeGoYaml(root) : text;
  return { text: written, texts: rewriter.texts, isLeft: rewriter.isLeft };
}

class Rewriter {
  readonly texts: Record<string, string> = {};
  changed = false;
  isLeft = false;

  constructor(
    private readonly reader: SecretReader,
    private readonly isDeclared: (name: string) => boolean,
    private readonly directory: string,
  ) {}

  visit(node: Node | null, keys: readonly string[]): void {
    if (isSeq(node)) for (const item of itemsOf(node)) this.visitItem(item, keys);
    else if (isMap(node)) for (const { key } of entriesOf(node)) this.visitPair(node, key, [...keys, key]);
  }

  private visitItem(item: Node, keys: readonly string[]): void {
    if (isScalar(item)) this.scalar(item, keys);
    else this.visit(item, keys);
  }

  private visitPair(map: YAMLMap, key: string, keys: readonly string[]): void {
    const value = at(map, key);
    if (isHeaderSecret(keys)) this.headerFiles(map, value);
    else if (!isScalar(value)) this.visit(value, keys);
    else if (hasFileKey(this.reader, keys) && at(map, `${key}_file`) === null && this.found(value).length > 0) {
      const pair = map.items.find((item) => isScalar(item.key) && item.key.value === key)!;
      pair.key = new Scalar(`${key}_file`);
      pair.value = quoted(this.fileOf(value));
      this.changed = true;
    } else this.scalar(value, keys);
  }

  private scalar(value: Scalar, keys: readonly string[]): void {
    const name = namesFile(keys) ? secretOfPath(String(value.value), this.isDeclared) : null;
    if (name !== null) {
      value.value = `${this.directory}/${name}`;
      value.type = Scalar.QUOTE_DOUBLE;
      this.changed = true;
    } else if (secretsAt(String(value.value), keys, this.isDeclared).length > 0) this.isLeft = true;
  }

  /** Of a header's secrets those that are declared move to its files. */
  private headerFiles(map: YAMLMap, value: Node | null): void {
    const secrets = itemsOf(value);
    const ours = secrets.filter((item) => this.found(item).length > 0);
    if (ours.length === 0) return;
    const files = new YAMLSeq();
    files.items = [...itemsOf(at(map, 'files')), ...ours.map((item) => quoted(this.fileOf(item)))];
    put(map, 'files', files);
    if (isSeq(value)) value.items = secrets.filter((item) => !ours.includes(item));
    if (ours.length === secrets.length) map.delete('secrets');
    this.changed = true;
  }

  private found(node: Node): string[] {
    return secretsIn(textOf(node) ?? '', this.isDeclared);
  }

  /** The file of one secret, or of a text with some in it. */
  private fileOf(node: Node): string {
    const text = textOf(node)!;
    const [name] = this.found(node);
    if (text === `\${${name}}`) return `${this.directory}/${name}`;
    const file = `text-${fingerprint(text)}`;
    this.texts[file] = text;
    return `${this.directory}/${file}`;
  }
}

/** FNV-1a, 64 bits, hex: tells texts apart that somebody wrote; nothing is kept secret by it. */
function fingerprint(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text))
    hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  return hash.toString(16).padStart(16, '0');
}
