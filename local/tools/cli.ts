import { stayAwake } from '../../lib/shell/async/stay-awake';
import { BUNDLES } from './catalog';
import { resolveTools } from './resolve';
import type { ToolName } from './types';

/** `npx tsx local/tools/cli.ts [names]`: gets the tools and says where they are. */
async function main(args: readonly string[]): Promise<void> {
  const known = BUNDLES.flatMap((bundle) => bundle.tools);
  const unknown = args.filter((name) => !known.includes(name as ToolName));
  if (unknown.length > 0) throw new Error(`unknown tool ${unknown.join(', ')}; known are ${known.join(', ')}`);
  const names = args.length > 0 ? (args as ToolName[]) : known;
  const tools = await resolveTools(names, { onProgress: (line) => console.error(line) });
  for (const { name, version, source, path, env, python, note } of Object.values(tools)) {
    console.log([name.padEnd(15), version.padEnd(9), source.padEnd(8), path].join(' '));
    for (const [variable, value] of Object.entries(env)) console.log(`  ${variable}=${value}`);
    if (python !== undefined) console.log(`  python: ${python}`);
    if (note !== undefined) console.log(`  note: ${note}`);
  }
}

stayAwake(() => main(process.argv.slice(2))).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
