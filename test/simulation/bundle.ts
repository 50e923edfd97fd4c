import { build, type Plugin } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { runInThisContext } from 'node:vm';
import type * as Entry from './explore';
import type { Mistake } from './mistakes/mistake';

const ROOT = join(__dirname, '../..');

/** Logs and metrics go nowhere: a simulated minute would write thousands of lines. */
const SILENT: Record<string, string> = {
  'lambdas/shared/log.ts': 'export const log = () => {};',
  'lambdas/shared/metrics.ts': 'export const publish = () => {};',
};

/**
 * Bundles the simulation with the core and the shells that ship, and loads it. What is `hooked` can be replaced by a
 * mistake (explore's `plant`).
 */
export async function loadSimulation(hooked: readonly Pick<Mistake, 'file' | 'name'>[] = []): Promise<typeof Entry> {
  const result = await build({
    entryPoints: [join(__dirname, 'explore.ts')],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['fast-check', '@aws-sdk/*'],
    plugins: [sources(hooked)],
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

function sources(hooked: readonly Pick<Mistake, 'file' | 'name'>[]): Plugin {
  const namesIn = (file: string): Set<string> => new Set(hooked.filter((h) => h.file === file).map(({ name }) => name));
  return {
    name: 'sources',
    setup(b) {
      b.onResolve({ filter: /^real:/ }, ({ path }) => ({ path: path.slice('real:'.length), namespace: 'real' }));
      b.onLoad({ filter: /./, namespace: 'real' }, async ({ path }) => ({
        contents: await readFile(path, 'utf8'),
        loader: 'ts',
        resolveDir: dirname(path),
      }));
      b.onLoad({ filter: /\/(lib|lambdas|agent)\/.*\.ts$/ }, ({ path }) => {
        const file = relative(ROOT, path);
        const contents = SILENT[file] ?? hooks(path, file, namesIn(file));
        return contents === null ? null : { contents, loader: 'ts', resolveDir: dirname(path) };
      });
    },
  };
}

/** The module as it is, but for names that can be replaced: functions and classes. Null: nothing can. */
function hooks(path: string, file: string, names: ReadonlySet<string>): string | null {
  if (names.size === 0) return null;
  const real = JSON.stringify(`real:${path}`);
  const hook = (name: string): string => `export const ${name} = new Proxy(real.${name}, {
    apply: (target, self, args) => Reflect.apply(current(${JSON.stringify(`${file}#${name}`)}, target), self, args),
    construct: (target, args) => Reflect.construct(current(${JSON.stringify(`${file}#${name}`)}, target), args),
  });`;
  return [
    `import * as real from ${real};`,
    `import { current } from ${JSON.stringify(join(__dirname, 'mistakes/hooks.ts'))};`,
    `export * from ${real};`,
    ...[...names].map(hook),
  ].join('\n');
}
