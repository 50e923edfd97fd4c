import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { UserError } from '../../contract/errors';
import { shown } from './shown';

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

export function readText(path: string, problems: UserError[]): string | null {
  if (existsSync(path)) return readFileSync(path, 'utf8');
  problems.push(
    new UserError({
      what: 'a file of the configuration is missing',
      where: shown(path),
      got: 'no such file',
      expected: 'rules/, targets/ and alertmanager.yml beside each other',
      fix: 'create it, or give the directory that has it: -c configDir=<dir>',
    }),
  );
  return null;
}

/** Name → text of a directory's .yml files, sorted: the order of a directory listing is no one's to rely on. */
export function readYamlFiles(dir: string, problems: UserError[]): Record<string, string> {
  if (readableDir(dir) === null) {
    readText(dir, problems);
    return {};
  }
  const names = readableDir(dir)!.filter((name) => !name.startsWith('.'));
  const isRead = (name: string): boolean => name.endsWith('.yml') && statSync(join(dir, name)).isFile();
  for (const name of names.filter((n) => !isRead(n))) {
    problems.push(
      new UserError({
        what: 'this file would be left out',
        where: shown(join(dir, name)),
        got: name,
        expected: 'files that end in .yml',
        fix: 'rename or remove it',
      }),
    );
  }
  return Object.fromEntries(names.filter(isRead).map((name) => [name, readFileSync(join(dir, name), 'utf8')]));
}

function readableDir(dir: string): string[] | null {
  return existsSync(dir) ? readdirSync(dir).sort() : null;
}
