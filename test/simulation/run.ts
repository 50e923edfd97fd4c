import { DEFAULT_POLICY } from '../../lib/contract/documents/policy';
import { type Fault, type FaultKind, type Schedule } from './world/faults';
import { Judge, type Gap } from './judge/judge';
import { SimControlPlane } from './world/sim-control-plane';
import { inject } from './world/inject';
import { EPOCH, World } from './world/world';

/** What one schedule led to. */
export interface Outcome {
  readonly violations: readonly string[];
  readonly story: readonly string[];
  readonly gaps: readonly Gap[];
  readonly writes: number;
  readonly longestTwoGates: number;
  readonly exercised: readonly FaultKind[];
  readonly virtualMs: number;
}

/** Long enough after the last fault for every bound but the damped ones to run out. */
const SETTLE_MS = 40_000;
const LONGEST_MS = 200_000;

/** Plays one schedule. The same schedule always leads to the same outcome. */
export async function run(schedule: Schedule, telling = false): Promise<Outcome> {
  const world = new World(schedule, { ...DEFAULT_POLICY, withheldUntilMs: withheldUntil(schedule) }, telling);
  const judge = new Judge(world);
  world.judge = judge;
  const { kernel } = world;
  const until = Math.min(LONGEST_MS, SETTLE_MS + Math.max(0, ...schedule.faults.map(endOf)));
  const controlPlane = new SimControlPlane(world);
  const exercised: FaultKind[] = [];

  for (const node of world.nodes) {
    node.prometheus.start(true, 0);
    kernel.after(1_000 * world.random(), () => node.agent.start());
  }
  controlPlane.start(
    schedule.faults.filter((f) => f.kind === 'invocation'),
    until,
  );
  for (const fault of schedule.faults) {
    exercised.push(fault.kind);
    kernel.after(fault.at, () => {
      world.tell(`fault: ${describe(fault)}`);
      judge.sample();
      inject(world, controlPlane, fault);
      judge.sample();
    });
  }
  const watch = (): void => {
    judge.sample();
    kernel.after(100, watch);
  };
  watch();
  // Node ends a function, and an agent, for a failure that nobody hears of.
  const unheard = (error: Error): void => judge.violated(`nobody hears of a failure: ${error.message}`);
  process.on('unhandledRejection', unheard);
  await kernel.run(until, () => judge.violations.length > 0);
  process.off('unhandledRejection', unheard);
  judge.finish();
  const { violations, gaps, writes, longestTwoGates } = judge;
  return { violations, story: world.story, gaps, writes, longestTwoGates, exercised, virtualMs: kernel.now };
}

/** Every third cluster begins beside another system, which tells instead for up to two minutes. */
const withheldUntil = ({ seed }: Schedule): number => (seed % 3 === 0 ? EPOCH + (seed % 120_000) : 0);

function endOf(f: Fault): number {
  if (f.kind === 'crash') return f.at + f.times * f.everyMs;
  return f.at + ('forMs' in f ? f.forMs : 0);
}

function describe({ at: _at, ...fault }: Fault): string {
  return JSON.stringify(fault).replace(/["{}]/g, '').replace(/,/g, ' ');
}
