import { join, relative } from 'node:path';
import type { Remedy } from '../../config/schema/remedies';
import type { BundleEntry } from './bundle';

/**
 * Where the bundle of reconnect-redis begins: its handler, or, with hooks, a module that hands them to it. So users' code
 * is in the bundle only where they asked for it, and the function itself loads nothing at run time.
 */
export function remediesEntry(handler: string, root: string, remedies: readonly Remedy[]): BundleEntry {
  const hooked = remedies.filter((remedy) => remedy.hook !== undefined);
  if (hooked.length === 0) return handler;
  const module = (path: string): string => JSON.stringify(`./${relative(root, path)}`);
  const contents = [
    `import { withHooks } from ${module(handler)};`,
    ...hooked.map(({ hook }, i) => `import hook${i} from ${module(join(root, hook!.module))};`),
    `export const handler = withHooks({ ${hooked.map(({ name }, i) => `${JSON.stringify(name)}: hook${i}`).join(', ')} });`,
  ].join('\n');
  return { name: 'reconnect-redis with hooks', contents };
}
