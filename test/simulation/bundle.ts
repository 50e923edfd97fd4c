import { build, type Plugin } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { createRequire } from 'node:module';
import { runInThisContext } from 'node:vm';
import type * as Entry from './explore';

const ROOT = join(__dirname, '../..');

/** One deliberate breakage: `text` must stand exactly once in `file`. */
export interface Mutation {
  readonly file: string;
  readonly text: string;
  readonly replacement: string;
  /** One phrase: what it breaks. */
  readonly breaks: string;
}

/** Logs and metrics go nowhere: a simulated minute would write thousands of lines. */
const SILENT: Record<string, string> = {
  'lambdas/shared/log.ts': 'export const log = () => {};',
  'lambdas/shared/metrics.ts': 'export const publish = () => {};',
};

/** Bundles the simulation with the real core, one line of it broken if so asked, and loads it. */
export async function loadSimulation(mutation?: Mutation): Promise<typeof Entry> {
  const sources: Plugin = {
    name: 'sources',
    setup(b) {
      b.onLoad({ filter: /\/(lib|lambdas)\/.*\.ts$/ }, async ({ path }) => {
        const file = relative(ROOT, path);
        if (SILENT[file] !== undefined) return { contents: SILENT[file], loader: 'ts' };
        const source = await readFile(path, 'utf8');
        if (file !== mutation?.file) return { contents: source, loader: 'ts' };
        return { contents: mutate(source, mutation), loader: 'ts' };
      });
    },
  };
  const result = await build({
    entryPoints: [join(__dirname, 'explore.ts')],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['fast-check', '@aws-sdk/*'],
    plugins: [sources],
    logLevel: 'silent',
  });
  const module = { exports: {} as typeof Entry };
  // Outside Jest's sandbox: its globals are several times slower.
  const load = runInThisContext(`(function (module, exports, require) {${result.outputFiles[0]!.text}\n})`) as (
    ...args: unknown[]
  ) => void;
  load(module, module.exports, createRequire(__filename));
  return module.exports;
}

/** @throws when the list of mutations no longer matches the source */
export function mutate(source: string, { file, text, replacement }: Mutation): string {
  const found = source.split(text).length - 1;
  if (found !== 1)
    throw new Error(`the list is out of date: ${JSON.stringify(text)} stands ${found} times in ${file}, expected once`);
  return source.replace(text, () => replacement);
}
