import { stayAwake } from '../../lib/shell/async/stay-awake';
import { BUNDLES } from './catalog/catalog';
import { Stopped, stopOnSignals } from './process/stop-on-signals';
import { resolveTools } from './resolve/resolve';

/** `npx tsx local/tools/cli.ts [--pinned] [names]`: gets the tools and says where they are. --pinned: no stand-ins. */
async function main(args: readonly string[], signal: AbortSignal): Promise<void> {
  const known = BUNDLES.flatMap((bundle) => bundle.tools);
  const asked = args.filter((name) => name !== '--pinned');
  const names = asked.length > 0 ? known.filter((tool) => asked.includes(tool)) : known;
  const unknown = asked.filter((name) => !known.some((tool) => tool === name));
  if (unknown.length > 0) throw new Error(`unknown tool ${unknown.join(', ')}; known are ${known.join(', ')}`);
  const tools = await resolveTools(names, {
    onProgress: (line) => console.error(line),
    standIns: args.includes('--pinned') ? 'never' : 'last',
    signal,
  });
  for (const { name, version, source, path, env, python, note } of Object.values(tools)) {
    console.log([name.padEnd(15), version.padEnd(9), source.padEnd(8), path].join(' '));
    for (const [variable, value] of Object.entries(env)) console.log(`  ${variable}=${value}`);
    if (python !== undefined) console.log(`  python: ${python}`);
    if (note !== undefined) console.log(`  note: ${note}`);
  }
}

stayAwake(() => stopOnSignals((signal) => main(process.argv.slice(2), signal))).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = error instanceof Stopped ? 130 : 1;
});
