import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UserError } from '../../contract/errors';

/** The default export, by whatever loads TypeScript in this process (tsx, or Jest's transform). */
export function exported(file: string, problems: UserError[]): unknown {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    return (require(resolve(file)) as { default?: unknown }).default;
  } catch (error) {
    problems.push(
      new UserError({
        what: 'the cluster configuration cannot be loaded',
        where: file,
        got: (error as Error).message,
        expected: 'a module that exports defineCluster({ … }) as default',
        fix: 'correct what the message names',
      }),
    );
    return undefined;
  }
}

export function sourceOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

export function readText(path: string, shown: (path: string) => string, problems: UserError[]): string | null {
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
export function readYamlFiles(
  dir: string,
  shown: (path: string) => string,
  problems: UserError[],
): Record<string, string> {
  if (readableDir(dir) === null) {
    readText(dir, shown, problems);
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
