import type { Clock } from '../../lib/shell/async/clock';
import type { FunctionConfig } from '../shared/config';
import { everyInterval } from '../shared/loop';
import { lookQuickly } from './quick-look';
import { NO_COUNTS, runCycle, type Counts, type CycleControl } from './cycle';

/** What one invocation does with its minute: cycle after cycle, each knowing what the one before it counted. */
export async function probeLoop(
  control: CycleControl,
  config: FunctionConfig,
  invocation: string,
  forMs: number,
  clock: Pick<Clock, 'elapsed' | 'sleep'>,
  afterCycle: (counts: Counts) => Promise<void>,
): Promise<void> {
  let counts = NO_COUNTS;
  const cycle = async (): Promise<void> => {
    counts = await runCycle(counts, control, config, invocation);
    await afterCycle(counts);
  };
  await Promise.all([
    everyInterval(config.policy.probe.intervalMs, forMs, cycle, clock),
    lookQuickly(control, config, () => counts.assignment, forMs, clock),
  ]);
}
