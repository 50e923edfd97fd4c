import { relative } from 'node:path';

/** A path as people see it: from where they are, if it is below. */
export function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}
