import { UserError } from '../../lib/contract/errors';
import type { Cleanup } from '../run/hosts/cleanup';
import { namespacesAvailable } from '../run/hosts/network';
import { waitUntilReady } from '../run/ready';
import { runDir, runningState, type RunState } from '../../lib/shell/local/run-state';
import { startSystem } from '../run/system';
import { CONTAINED } from '../run/deploy/overlay';
import { volumesWanted } from '../run/volumes/find';
import { judgeDrill } from './judge/judge';
import { renderRun } from './judge/report';
import type { RunResult } from '../../lib/contract/check';
import type { DrillResult } from './judge/result';
import { permissionsUsed } from './permissions';
import { runOnce, type InForce } from './run';
import type { Scenario } from './scenario';
import { hasThanos } from './thanos';
import type { Teeth } from '../run/teeth';
import { connect, DRILL_ALERTS, plainPair, setDrill, type DrillAlert, type TestBed } from './test-bed';

const READY_MS = 120_000;

export interface DrillOptions {
  readonly say: (line: string) => void;
  /** Ctrl-C: the run under way is broken off and its fault undone. */
  readonly signal: AbortSignal;
  /** The caller runs it at the end. */
  readonly cleanup: Cleanup;
  readonly teeth: Teeth;
  /** Of drills in one system: whether any of them needs Thanos. @default whether this one does */
  readonly needsThanos?: boolean;
  /** Of a system of its own: what nodes run instead of the deployed agent. */
  readonly mistaken?: (agent: string) => string;
}

/** Does a scenario so many times, in the system that runs or in one of its own. @throws UserError when it cannot */
export async function drill(scenario: Scenario, runs: number, o: DrillOptions): Promise<DrillResult> {
  const inForce: InForce = { undo: null };
  const world = await worldFor(scenario, o, inForce);
  const results: RunResult[] = [];
  for (let i = 1; i <= runs; i += 1) {
    o.say(`\n${scenario.name}, run ${i} of ${runs}`);
    const result = await runOrError(world, scenario, inForce);
    results.push(result);
    o.say(renderRun(i, runs, result));
    if (result.error !== undefined) break; // the system is not what the next run would need
  }
  return {
    ...judgeDrill(scenario, results),
    teeth: world.state.teeth,
    permissions: await permissionsUsed(world.state),
  };
}

/** Does it once, for whoever judges by other limits; in the system of the one before. @throws UserError when it cannot */
export async function playOnce(scenario: Scenario, o: DrillOptions, inForce: InForce): Promise<RunResult> {
  return runOrError(await worldFor(scenario, o, inForce), scenario, inForce);
}

/** @throws when the drill is stopped */
const runOrError = (world: TestBed, scenario: Scenario, inForce: InForce): Promise<RunResult> =>
  runOnce(world, scenario, inForce).catch((error: Error): RunResult => {
    world.signal.throwIfAborted();
    return { measurements: {}, checks: [], findings: [], error: error.message };
  });

/** The system that runs, or one of its own, with what the scenario needs in it. */
async function worldFor(scenario: Scenario, o: DrillOptions, inForce: InForce): Promise<TestBed> {
  const world = connect(await findSystem(scenario, o), o.signal, o.say);
  // A system that goes on is left as it was found, also after Ctrl-C.
  for (const alert of Object.keys(DRILL_ALERTS) as DrillAlert[]) {
    o.cleanup.defer(`clear the alert ${alert}`, () => setDrill(world, alert, 0));
  }
  if (scenario.plainPair) {
    o.say('· a plain pair that goes through the same');
    o.cleanup.defer('stop the plain pair', async () => void (await plainPair(world, 'stop')));
    await plainPair(world, 'start');
  }
  if (scenario.restore !== undefined) {
    o.cleanup.defer('undo what the drill prepared', async () => void (await scenario.restore!(world)));
  }
  o.cleanup.defer('undo the fault', async () => void (await inForce.undo?.()));
  return world;
}

async function findSystem(scenario: Scenario, o: DrillOptions): Promise<RunState> {
  const { say, signal, cleanup, teeth } = o;
  const found = runningState();
  if (found !== null) {
    requireVolumes(scenario, found.volumes);
    requireMode(scenario, found.mode, 'the running system is on loopback');
    say(`using the system that runs since ${found.startedAt}`);
    if (!found.ready) await waitForReady(found.pid, signal);
    const state = runningState()!;
    requireThanos(scenario, state);
    return state;
  }
  const namespaces = namespacesAvailable();
  // What a drill is about first: who cannot have volumes need not hear of namespaces.
  if (!namespaces.ok || !volumesWanted()) requireVolumes(scenario, false);
  if (!namespaces.ok) requireMode(scenario, 'loopback', namespaces.why);
  const system = await startSystem(
    {
      onProgress: (line) => say(`· ${line}`),
      onEvent: () => {},
      verbose: false,
      signal,
      // A build beside the drill would be felt in its figures, and a stand-in is not what is deployed.
      builds: (o.needsThanos ?? scenario.needsThanos) ? 'all' : 'all-but-thanos',
      reach: CONTAINED,
      teeth,
      ...(o.mistaken === undefined ? {} : { mistaken: o.mistaken }),
    },
    cleanup,
    runDir(),
  );
  say('· waiting until every node works and one alerts');
  await waitUntilReady(system.state, READY_MS, signal);
  system.start.save({ ready: true });
  requireVolumes(scenario, system.state.volumes);
  requireThanos(scenario, system.state);
  return system.state;
}

/** A system that somebody is just starting. */
async function waitForReady(pid: number, signal: AbortSignal): Promise<void> {
  for (const end = Date.now() + READY_MS; ;) {
    signal.throwIfAborted();
    const state = runningState();
    if (state?.ready === true) return;
    if (state === null || Date.now() > end) {
      throw new Error(
        `the system of process ${pid} ${state === null ? 'ended while it started' : 'does not get ready'}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** @throws UserError when the scenario cannot be played here */
export function requireMode(scenario: Scenario, mode: RunState['mode'], why: string): void {
  if (!scenario.needsNamespaces || mode === 'namespaces') return;
  throw new UserError({
    what: `${scenario.name} cuts a host off, which this system cannot do`,
    got: why,
    expected: 'a network namespace for each node',
    fix: 'run it as root on Linux, without another system running',
  });
}

/** @throws UserError when the scenario cannot be played here */
export function requireVolumes(scenario: Scenario, volumes: boolean | undefined): void {
  if (!scenario.needsVolumes || volumes === true) return;
  throw new UserError({
    what: `${scenario.name} is about data volumes, which this system does not have`,
    got: 'data of the nodes in plain directories',
    expected: 'volumes on loop devices',
    fix: 'start it as root, without PROMHA_LOCAL_VOLUMES=0; what is missing is told while the system starts',
  });
}

/** @throws UserError when the scenario cannot be played here */
export function requireThanos(scenario: Scenario, state: Pick<RunState, 'urls'>): void {
  if (!scenario.needsThanos || hasThanos(state)) return;
  throw new UserError({
    what: `${scenario.name} is about Thanos, which does not run here`,
    got: 'a system that was started without it',
    expected: 'a Thanos that runs',
    fix: 'get it with `npx tsx local/tools/cli.ts thanos`, which says why it cannot, and start the system again',
  });
}
