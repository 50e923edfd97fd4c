import { isUtf8 } from 'node:buffer';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, statSync, type Stats } from 'node:fs';
import { join, resolve } from 'node:path';
import { UserError } from '../../contract/errors';
import { shown } from './shown';
import { compiler } from './typescript';

/** The default export, by whatever loads TypeScript in this process (tsx, or Jest's transform). */
export function exported(file: string, problems: UserError[]): unknown {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    return (require(resolve(file)) as { default?: unknown }).default;
  } catch (error) {
    const wrong = syntaxError(file);
    problems.push(
      new UserError({
        what: wrong === null ? 'the cluster configuration cannot be loaded' : 'this is not TypeScript',
        where: wrong?.where ?? shown(file),
        got: wrong?.says ?? (error as Error).message,
        expected: 'a module that exports defineCluster({ … }) as default',
        fix: 'correct what the message names',
      }),
    );
    return undefined;
  }
}

/** The first thing that the compiler cannot read, and its place; null when it reads it all. */
function syntaxError(file: string): { readonly where: string; readonly says: string } | null {
  const ts = compiler();
  const text = sourceOf(file);
  const [first] = ts.transpileModule(text, { reportDiagnostics: true, fileName: file }).diagnostics ?? [];
  if (first?.start === undefined) return null;
  const lines = text.slice(0, first.start).split('\n');
  return {
    where: `${shown(file)}:${lines.length}:${lines.at(-1)!.length + 1}`,
    says: ts.flattenDiagnosticMessageText(first.messageText, ' '),
  };
}

export function sourceOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** The text of a file; null, and a problem, where it cannot be had. */
export function readText(path: string, problems: UserError[]): string | null {
  const refused = (what: string, got: string, expected: string, fix: string, where = shown(path)): null => {
    problems.push(new UserError({ what, where, got, expected, fix }));
    return null;
  };
  const entry = statSync(path, { throwIfNoEntry: false });
  if (entry === undefined) {
    return isLink(path)
      ? refused('this link leads nowhere', readlinkSync(path), 'a file', 'correct or remove it')
      : refused(
          'a file of the configuration is missing',
          'no such file',
          'rules/, targets/ and alertmanager.yml beside each other',
          'create it, or give the directory that has it: -c configDir=<dir>',
        );
  }
  if (!entry.isFile()) return refused('this is no file', kindOf(entry), 'a file', 'rename or remove it');
  const bytes = readFileSync(path);
  if (isUtf8(bytes)) return bytes.toString();
  const line = lineOfBadByte(bytes);
  return refused(
    'this file is not UTF-8',
    bytes.toString('latin1').split('\n')[line - 1]!.trim().slice(0, 80),
    'UTF-8, as Prometheus and Alertmanager read it',
    `save it in UTF-8, e.g. iconv -f latin1 -t utf-8`,
    `${shown(path)}:${line}`,
  );
}

/** The first line that is not UTF-8. A line break is no part of a longer character. */
function lineOfBadByte(bytes: Buffer): number {
  let line = 1;
  for (let from = 0; from < bytes.length; line++) {
    const end = bytes.indexOf(10, from);
    if (!isUtf8(bytes.subarray(from, end === -1 ? undefined : end))) return line;
    from = end === -1 ? bytes.length : end + 1;
  }
  return line;
}

const isLink = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
const kindOf = (entry: Stats): string => (entry.isDirectory() ? 'a directory' : 'neither file nor directory');

/** Which directories may be missing, and which of their files somebody else asks for. */
export interface Elsewhere {
  readonly optional: boolean;
  readonly isNamed: (name: string) => boolean;
}

/** Name → text of a directory's .yml files, sorted: the order of a directory listing is no one's to rely on. */
export function readYamlFiles(
  dir: string,
  problems: UserError[],
  { optional, isNamed }: Elsewhere = { optional: false, isNamed: () => false },
): Record<string, string> {
  if (!optional && statSync(dir, { throwIfNoEntry: false }) === undefined) {
    readText(dir, problems);
    return {};
  }
  return readIfThere(dir, '.yml', problems, isNamed);
}

/** The same for one that may be missing; `ending` may be empty, for files of any name. */
export function readIfThere(
  dir: string,
  ending: string,
  problems: UserError[],
  isNamed: Elsewhere['isNamed'] = () => false,
): Record<string, string> {
  const entry = statSync(dir, { throwIfNoEntry: false });
  if (entry === undefined) return {};
  if (!entry.isDirectory()) {
    problems.push(
      new UserError({
        what: 'this is no directory',
        where: shown(dir),
        got: 'a file',
        expected: 'a directory of files',
        fix: `move it into ${shown(dir)}/`,
      }),
    );
    return {};
  }
  const texts: Record<string, string> = {};
  for (const name of readdirSync(dir)
    .sort()
    .filter((one) => !one.startsWith('.') && !isNamed(one))) {
    const path = join(dir, name);
    const isFile = !statSync(path, { throwIfNoEntry: false })?.isDirectory();
    const text = name.endsWith(ending) && isFile ? readText(path, problems) : null;
    if (text !== null) texts[name] = text;
    else if (!name.endsWith(ending) || !isFile) problems.push(leftOut(path, name, ending));
  }
  return texts;
}

function leftOut(path: string, name: string, ending: string): UserError {
  return new UserError({
    what: 'this file would be left out',
    where: shown(path),
    got: name,
    expected: ending === '' ? 'files, no directories' : `files that end in ${ending}`,
    fix: 'rename or remove it',
  });
}
