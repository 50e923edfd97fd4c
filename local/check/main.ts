/**
 * `npm run check -- [--json] [CONFIG_DIR] [-c CLUSTER_FILE]`: everything that `npx cdk synth` checks, without the CDK.
 * JSON: { ok, problems: [{ file, line, column, about, what, got, expected, fix }], warnings: [text], unchecked: [text] };
 * what is not known is null. `about`: the rule, receiver or group, as its author calls it.
 * Exit codes: 0 sound, 1 not, 2 wrong call.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { UserError } from '../../lib/contract/errors';
import { inspect, type Inspected } from '../../lib/infra/config/inspect';
import { findCheckers, placeOf } from '../../lib/infra/config/programs/check';

const USAGE = 'usage: npm run check -- [--json] [CONFIG_DIR] [-c CLUSTER_FILE]';
const EXIT = { ok: 0, unsound: 1, usage: 2 } as const;
const ROOT = join(__dirname, '../..');

function main(args: readonly string[]): number {
  const asked = readArgs(args);
  if (asked === null) {
    console.error(USAGE);
    return EXIT.usage;
  }
  const found = inspect(asked.cluster, asked.dir, findCheckers);
  if (asked.json) console.log(JSON.stringify(asJson(found), null, 2));
  else console.log(asText(found));
  return found.problems.length === 0 ? EXIT.ok : EXIT.unsound;
}

/** null: a wrong call. */
function readArgs(args: readonly string[]): { json: boolean; dir: string; cluster: string } | null {
  try {
    const options = { json: { type: 'boolean' }, cluster: { type: 'string', short: 'c' } } as const;
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    if (positionals.length > 1) return null;
    const dir = resolve(positionals[0] ?? join(ROOT, 'config'));
    const own = join(dir, 'cluster.ts');
    const cluster = values.cluster ?? (existsSync(own) ? own : join(ROOT, 'config', 'cluster.ts'));
    return { json: values.json ?? false, dir, cluster: resolve(cluster) };
  } catch {
    return null;
  }
}

function asJson({ problems, warnings, unchecked }: Inspected): object {
  return { ok: problems.length === 0, problems: problems.map(problemAsJson), warnings, unchecked };
}

function problemAsJson(error: UserError): object {
  const { about = null, what, got = null, expected = null, fix = null } = error.problem;
  return { ...placeOf(error), about, what, got, expected, fix };
}

function asText({ problems, warnings, unchecked }: Inspected): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return [
    ...problems.map(({ message }) => `${message}\n`),
    ...warnings.map((warning) => `warning: ${warning}`),
    ...(unchecked.length > 0
      ? [`not checked here: ${unchecked.join('; ')}; nodes ask theirs before they load it`]
      : []),
    problems.length === 0 ? 'The configuration is sound.' : `${count} in the configuration.`,
  ].join('\n');
}

process.exitCode = main(process.argv.slice(2));
