import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Wrap } from './hooks';

const ROOT = join(__dirname, '../../..');

/** One deliberate mistake: what a module exports is replaced by something made from it that does wrong. */
export interface Mistake {
  readonly file: string;
  readonly name: string;
  /** One phrase: what is wrong then. */
  readonly breaks: string;
  readonly wrap: Wrap;
}

/**
 * Mistakes in one module. Types tie them to it: after a rename they do not compile.
 * @throws Error when there is no such file
 */
export function mistakesIn<M>(file: string) {
  if (!existsSync(join(ROOT, file))) throw new Error(`the list of mistakes is out of date: there is no ${file}`);
  return <K extends keyof M & string>(name: K, breaks: string, wrap: (real: M[K]) => M[K]): Mistake => ({
    file,
    name,
    breaks,
    wrap: (real) => wrap(real as M[K]),
  });
}
