import * as fs from 'node:fs/promises';
import * as path from 'node:path';

/**
 * Debian's Alertmanager reads its default templates from a directory that is compiled in, and that only
 * root could create. Without touching the machine: the copy in the cache gets a path of the same length
 * that leads to file descriptor 9, and a two-line script opens the real directory there before it
 * becomes the program (exec: same pid, signals and exit code).
 * The script takes the program's name; the paths in it are those after the move to `target`.
 */
export async function provideDirectory(
  program: string,
  directory: string,
  target: string,
  compiledIn: string,
): Promise<void> {
  const contents = path.join(directory, compiledIn.slice(1));
  await fs.access(contents);
  const bytes = await fs.readFile(program);
  const replacement = Buffer.from(descriptorPath(compiledIn.length));
  let replaced = 0;
  for (let at = bytes.indexOf(compiledIn); at !== -1; at = bytes.indexOf(compiledIn, at + replacement.length)) {
    replacement.copy(bytes, at);
    replaced += 1;
  }
  if (replaced === 0) return;
  const real = `${program}.real`;
  await fs.writeFile(real, bytes, { mode: 0o755 });
  const moved = (file: string): string => shellQuoted(path.join(target, path.relative(directory, file)));
  await fs.writeFile(program, `#!/bin/sh\nexec 9<${moved(contents)} && exec ${moved(real)} "$@"\n`, { mode: 0o755 });
}

/** A path of exactly `length` characters that means /proc/self/fd/9. */
export function descriptorPath(length: number): string {
  const base = '/proc/self/fd/9/';
  const rest = length - base.length;
  if (rest < 0) throw new Error(`a path of ${length} characters is too short for ${base}`);
  return base + '/.'.repeat(Math.floor(rest / 2)) + '/'.repeat(rest % 2);
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
