import type TypeScript from 'typescript';

/** The compiler, when it is asked: most runs have nothing to say about a place in cluster.ts, and it takes longest to load. */
export const compiler = (): typeof TypeScript =>
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  require('typescript') as typeof TypeScript;
