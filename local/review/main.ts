/**
 * `npm run review -- [BASE] [--json] [-c KEY=VALUE]`: what a deploy of the working tree would do where BASE is deployed.
 * No account is asked. BASE: a git ref (default: where this branch left main, or HEAD). -c: context for both, such as
 * cluster=config/staging.ts.
 * JSON: { base: { name, commit }, impact, changes: [{ stack, resource, type, change, impact, why }], refused: [text] }.
 * Exit codes: 0 nothing is lost, 1 not reviewed, or CloudFormation would refuse the deploy, 2 wrong call, 3 data at risk,
 * 130 stopped.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { UserError } from '../../lib/contract/errors';
import { review, type Review } from '../../lib/core/review/review';
import { reviewTable } from '../../lib/core/review/table';
import { stayAwake } from '../../lib/shell/async/stay-awake';
import { Stopped, stopOnSignals } from '../tools';
import { readAssembly } from './assembly';
import { changesBetween, typeFacts } from './diff';
import { baseOf, checkOut, synthTree, takeAway, type ReviewBase } from './trees';

const ROOT = join(__dirname, '../..');
const EXIT = { ok: 0, refused: 1, usage: 2, atRisk: 3, stopped: 130 } as const;

interface Asked {
  readonly base: string | undefined;
  readonly json: boolean;
  readonly context: readonly string[];
}

/** null: a wrong call. */
function readArgs(args: readonly string[]): Asked | null {
  try {
    const options = { json: { type: 'boolean' }, context: { type: 'string', short: 'c', multiple: true } } as const;
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    if (positionals.length > 1) return null;
    return { base: positionals[0], json: values.json ?? false, context: values.context ?? [] };
  } catch {
    return null;
  }
}

async function reviewed({ commit }: ReviewBase, context: readonly string[], signal: AbortSignal): Promise<Review> {
  const dir = mkdtempSync(join(tmpdir(), 'prometheus-ha-review-'));
  const tree = join(dir, 'base');
  try {
    const [before, after] = [join(dir, 'before'), join(dir, 'after')];
    // First what was just edited, and may be wrong.
    await synthTree({ tree: ROOT, which: 'the working tree', out: after, context: [...context, 'lock=keep'] }, signal);
    await checkOut(ROOT, commit, tree, signal);
    await synthTree({ tree, which: `the base (${commit.slice(0, 7)})`, out: before, context }, signal);
    const [was, is] = [readAssembly(before), readAssembly(after)];
    return review(was, is, changesBetween(was, is), (type) => typeFacts(type).stateful);
  } finally {
    takeAway(ROOT, tree);
    rmSync(dir, { recursive: true, force: true });
  }
}

async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  const asked = readArgs(args);
  if (asked === null) {
    process.stderr.write('usage: npm run review -- [BASE] [--json] [-c KEY=VALUE]\n');
    return EXIT.usage;
  }
  const base = baseOf(ROOT, asked.base);
  const result = await reviewed(base, asked.context, signal);
  const text = asked.json
    ? `${JSON.stringify({ base, ...result }, null, 2)}\n`
    : reviewTable(result, `\`${base.name}\``);
  process.stdout.write(text);
  if (result.impact === 'data at risk') return EXIT.atRisk;
  return result.refused.length > 0 ? EXIT.refused : EXIT.ok;
}

stayAwake(() => stopOnSignals((signal) => main(process.argv.slice(2), signal)))
  .then((code) => (process.exitCode = code))
  .catch((error: Error) => {
    process.stderr.write(`${error instanceof UserError || error instanceof Stopped ? error.message : error.stack}\n`);
    process.exitCode = error instanceof Stopped ? EXIT.stopped : EXIT.refused;
  });
