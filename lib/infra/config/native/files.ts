import { isMap, isScalar, YAMLSeq, type Node, type Scalar, type YAMLMap } from 'yaml';
import { UserError } from '../../../contract/errors';
import { at, eachScalar, extend, itemsOf, put, quoted, textOf } from '../../../core/rendering/yaml-nodes';
import { namesFile } from '../../../core/rendering/secrets/file-keys';
import { secretOfPath } from '../../../core/rendering/secrets/placeholders';
import { NODES_DIRECTORY } from '../../../core/rendering/merge-native';
import { filesNamed, isPattern } from './paths';
import { keyNode, readUsersYaml, type Said, type UsersYaml } from './source';

/** The files of config/ that prometheus.yml can name: path below it → text, read when asked for. */
export interface Folder {
  readonly files: readonly string[];
  readonly read: (path: string) => string;
  /** As people see it. */
  readonly shown: (path: string) => string;
}

/** What nodes get beside prometheus.yml. */
export interface Named {
  /** Path below config/ → text. */
  readonly files: Record<string, string>;
  /** Which of them are rules. */
  readonly rules: string[];
}

/** rules/*.yml is loaded anyway. */
const ALWAYS = /^rules\/[^/]+\.yml$/;

/** Patterns and paths of the old machine become the files of config/ that they name, under the same path on every node. */
export function ruleFiles(source: UsersYaml, folder: Folder, named: Named, said: Said): void {
  const list = at(source.root, 'rule_files');
  const found = namedBy(source, itemsOf(list), folder, said, 'rules');
  const others = [...new Set(found)].filter((path) => !ALWAYS.test(path));
  for (const path of others) {
    named.files[path] = folder.read(path);
    named.rules.push(path);
  }
  source.root.delete('rule_files');
  extend(source.root, 'rule_files', others.map(quoted));
}

/** Their jobs, as if they stood in prometheus.yml. */
export function scrapeConfigFiles(source: UsersYaml, folder: Folder, said: Said): UsersYaml[] {
  const paths = namedBy(source, itemsOf(at(source.root, 'scrape_config_files')), folder, said, 'jobs');
  source.root.delete('scrape_config_files');
  return [...new Set(paths)].flatMap((path) => {
    const dir = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
    return readUsersYaml(folder.shown(path), dir, folder.read(path), said) ?? [];
  });
}

const missing = (what: string): string => `a file with ${what} is missing`;
/** How these refusals read. */
export const MISSING_RULES = missing('rules');
export const MISSING_JOBS = missing('jobs');

function namedBy(
  { dir, where }: UsersYaml,
  items: readonly Node[],
  folder: Folder,
  said: Said,
  what: string,
): string[] {
  return items.flatMap((item) => {
    const path = textOf(item) ?? '';
    const found = filesNamed(path, dir, folder.files);
    if (found.length > 0) return found;
    if (isPattern(path)) {
      said.warnings.push(`${where(item)}: no file of config/ is ${path}: it brings no ${what}`);
      return [];
    }
    said.problems.push(
      new UserError({
        what: missing(what),
        where: where(item),
        got: path,
        expected: `a file in config/, such as config/${path.replace(/^.*\//, '')}`,
        fix: 'put it there; leading directories of the path do not count',
      }),
    );
    return [];
  });
}

/** Files of discovery and certificates come along if they are in config/; files with secrets must not be there. */
export function otherFiles(
  source: UsersYaml,
  folder: Folder,
  named: Named,
  isDeclared: (name: string) => boolean,
  said: Said,
): void {
  for (const job of itemsOf(at(source.root, 'scrape_configs'))) {
    for (const sd of itemsOf(at(job, 'file_sd_configs'))) if (isMap(sd)) discovered(sd, source, folder, named, said);
  }
  eachScalar(source.root, (scalar, keys) => {
    if (!isFile(keys) || secretOfPath(String(scalar.value), isDeclared) !== null) return;
    certificate(scalar, keys, source, folder, named, said);
  });
}

function discovered(sd: YAMLMap, source: UsersYaml, folder: Folder, named: Named, said: Said): void {
  const files = new YAMLSeq();
  for (const item of itemsOf(at(sd, 'files'))) {
    const path = textOf(item) ?? '';
    if (path.startsWith(`${NODES_DIRECTORY}/`)) {
      files.items.push(item);
      continue;
    }
    const found = filesNamed(path, source.dir, folder.files);
    found.forEach((one) => (named.files[one] = folder.read(one)));
    if (found.length === 0)
      said.warnings.push(
        `${source.where(item)}: no file of config/ is ${path}: no targets until it lies there on the nodes`,
      );
    files.items.push(...(found.length === 0 ? [item] : found.map(quoted)));
  }
  put(sd, 'files', files);
}

const PUBLIC = ['ca_file', 'cert_file', 'client_certificate_file'];

/** http_headers: { NAME: { files: […] } } are files, too. */
function isFile(keys: readonly string[]): boolean {
  const below = keys.includes('labels') || keys.includes('external_labels') || keys.includes('params');
  return !below && namesFile(keys);
}

function certificate(
  scalar: Scalar,
  keys: readonly string[],
  source: UsersYaml,
  folder: Folder,
  named: Named,
  { problems, warnings }: Said,
): void {
  const path = String(scalar.value);
  const key = keys.at(-1)!;
  const [found] = filesNamed(path, source.dir, folder.files);
  if (path === '') return;
  if (found === undefined) {
    warnings.push(
      `${source.where(scalar)}: ${key} ${path}: not in config/, and no secret of that name is declared (secrets in cluster.ts), so it has to lie there on every node, or it refuses this configuration`,
    );
  } else if (PUBLIC.includes(key)) {
    named.files[found] = folder.read(found);
    scalar.value = found;
  } else {
    problems.push(
      new UserError({
        what: `a file with a secret lies in config/: ${key}`,
        where: source.where(scalar),
        got: folder.shown(found),
        expected: 'no secret where Git, the bucket and every node would have a copy',
        fix: `move it to Secrets Manager, and declare secrets: { '${path.replace(/^.*\//, '')}': { secretsManager: 'its name' } } in cluster.ts`,
      }),
    );
  }
}

/** The list at a key that has to be one. */
export function mustBeList(source: UsersYaml, key: string, { problems }: Said): void {
  const value = at(source.root, key);
  if (value === null || value instanceof YAMLSeq) return;
  problems.push(
    new UserError({
      what: `${key} is not usable`,
      where: source.where(keyNode(source.root, key)),
      got: isScalar(value) ? String(value.value) : 'keys and values',
      expected: 'a list',
      fix: 'begin each item with a dash',
    }),
  );
}
