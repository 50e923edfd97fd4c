import { judgeRuns } from '../../drills/judge/judge';
import { renderRun } from '../../drills/judge/report';
import { check, type Measurements, type RunResult } from '../../../lib/contract/check';
import type { DrillResult } from '../../drills/judge/result';
import type { DrillOptions } from '../../drills/drill';
import { runningState } from '../../../lib/shell/local/run-state';
import { UserError } from '../../../lib/contract/errors';
import { Cleanup } from '../../run/hosts/cleanup';
import { makeBed } from '../world/bed';
import { BootWorld } from '../world/world';
import type { BootDrill } from './drill';
import { BOOT_LIMITS } from './limits';

/** Lines of the agent's log that go with a run that failed. */
const LAST_WORDS = 12;

/** Boots an instance for each run, in surroundings of its own. @throws UserError where this machine cannot */
export async function bootDrill(drill: BootDrill, runs: number, o: DrillOptions): Promise<DrillResult> {
  if (runningState() !== null)
    throw new UserError({
      what: `${drill.name} boots an instance in surroundings of its own`,
      got: 'a local system that runs',
      expected: 'none',
      fix: 'stop it with Ctrl-C in its terminal',
    });
  const results: RunResult[] = [];
  for (let i = 1; i <= runs; i += 1) {
    o.say(`\n${drill.name}, run ${i} of ${runs}`);
    const result = await runOnce(drill, o);
    results.push(result);
    o.say(renderRun(i, runs, result));
  }
  return { ...judgeRuns(drill.name, BOOT_LIMITS[drill.name]!, null, results), teeth: o.teeth };
}

async function runOnce(drill: BootDrill, { say, signal, teeth, cleanup: outer }: DrillOptions): Promise<RunResult> {
  const cleanup = new Cleanup();
  // Whatever ends the drill.
  outer.defer('what the instance needed', async () => complain(await cleanup.run()));
  const bed = await makeBed({ say, signal, cleanup, teeth, mirror: drill.mirror === true });
  const world = new BootWorld(bed, say, signal);
  let result: RunResult;
  try {
    await world.begin();
    const measurements = await drill.course(world);
    const checks = BOOT_LIMITS[drill.name]!.map((l) =>
      check(l.measurement, measurements[l.measurement] ?? null, l.rule, l.limit, l.unit),
    );
    const findings = checks.every(({ passed }) => passed) ? [] : await lastWords(world);
    result = { measurements: inOrder(measurements, BOOT_LIMITS[drill.name]!), checks, findings };
  } catch (error) {
    signal.throwIfAborted();
    result = {
      measurements: {},
      checks: [],
      findings: [],
      error: [(error as Error).message, ...(await lastWords(world))].join('\n    '),
    };
  }
  const left = await cleanup.run();
  // What was measured is worth saying, also where something could not be taken away.
  return left.length === 0 ? result : { ...result, error: [result.error, ...left].filter(Boolean).join('\n    ') };
}

/** As the limits have them; what has none comes last. */
function inOrder(measurements: Measurements, limits: readonly { readonly measurement: string }[]): Measurements {
  const names = [...limits.map(({ measurement }) => measurement), ...Object.keys(measurements)];
  return Object.fromEntries([...new Set(names)].map((name) => [name, measurements[name] ?? null]));
}

async function lastWords(world: BootWorld): Promise<string[]> {
  const log = await world.agentLog().catch((error: Error) => `no log of the agent: ${error.message}`);
  return log.trim().split('\n').slice(-LAST_WORDS);
}

function complain(failed: readonly string[]): void {
  if (failed.length > 0) throw new Error(failed.join('; '));
}
