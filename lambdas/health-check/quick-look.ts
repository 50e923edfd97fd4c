import type { Assignment } from '../../lib/contract/documents/assignment';
import { isSilent } from '../../lib/core/failover/silence';
import { promote } from '../../lib/shell/assignment/promote';
import type { Clock } from '../../lib/shell/async/clock';
import { reasonOf } from '../../lib/shell/probes/prober';
import { Watcher } from '../../lib/shell/probes/watcher';
import type { FunctionConfig } from '../shared/config';
import { log } from '../shared/log';
import { everyInterval } from '../shared/loop';
import type { CycleControl } from './cycle';
import { sayOutcome } from './say-outcome';

/** A silence that moved nothing (somebody else sees the node, or nobody can take over) is looked at again after so long. */
const AGAIN_MS = 1_000;

/**
 * Beside the cycles: watches the node that alerts, several times a second, and looks at once when it falls silent. What is done about
 * it is decided by the same core, by fresh probes. Never rejects. See docs/decisions/0041.
 *
 * @param known the assignment as the cycles read it last
 */
export async function lookQuickly(
  control: CycleControl,
  config: FunctionConfig,
  known: () => Assignment | null,
  forMs: number,
  clock: Pick<Clock, 'elapsed' | 'sleep'>,
): Promise<void> {
  const { policy } = config;
  const watcher = new Watcher(control.ask, policy, clock);
  let written: Assignment | null = null;
  let looking: Promise<void> | null = null;
  let lookedAt = -Infinity;

  const look = async (active: string): Promise<void> => {
    lookedAt = clock.elapsed();
    try {
      const consecutiveFailures = { node: active, count: 0 };
      const outcome = await promote(
        { caller: 'health-check', consecutiveFailures, silence: () => watcher.seen },
        control,
      );
      written = outcome.assignment;
      sayOutcome(outcome, config);
    } catch (error) {
      log('warn', 'quick-look-failed', { error: reasonOf(error) });
    }
  };
  const turn = async (): Promise<void> => {
    const assignment = newest(known(), written);
    const active = assignment === null || assignment.paused !== null ? null : assignment.active;
    watcher.look(active, active === null ? undefined : control.addresses.addresses().get(active));
    const silent = watcher.seen !== null && isSilent(watcher.seen.forMs, policy);
    if (!silent || active === null || looking !== null || clock.elapsed() - lookedAt < AGAIN_MS) return;
    looking = look(active).finally(() => (looking = null));
  };
  await everyInterval(policy.watch.intervalMs, forMs, turn, clock);
  await looking;
}

const newest = (read: Assignment | null, written: Assignment | null): Assignment | null =>
  (written?.epoch ?? 0) > (read?.epoch ?? 0) ? written : read;
