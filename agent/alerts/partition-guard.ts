import { shouldWithhold, watchIsolation, type Isolation } from '../../lib/core/failover/isolation';
import { PORTS } from '../../lib/contract/ports';
import { RESERVED_JOBS_REGEX } from '../../lib/core/rendering/own-jobs';
import type { Clock } from '../../lib/shell/async/clock';
import type { Contact } from '../base/contact';
import { Prometheus } from '../../lib/shell/prometheus/client';
import type { Log } from '../base/log';

/** Share of the user's targets that answered their last scrape; nothing when there are none. */
const TARGETS_QUERY = `avg(up{job!~"${RESERVED_JOBS_REGEX}"})`;
const QUERY_TIMEOUT_MS = 500;

export interface PartitionGuardDeps {
  /** From 0 to 1. */
  readonly targetsUp: () => Promise<number>;
  readonly contact: Readonly<Contact>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/** Asked before anything is sent: whether this node is probably the one that is cut off. */
export class PartitionGuard {
  private isolation: Isolation | null = null;
  private withholds = false;

  constructor(private readonly deps: PartitionGuardDeps) {}

  async maySend(): Promise<boolean> {
    const { contact, clock } = this.deps;
    const targetsUp = await this.deps.targetsUp();
    const now = clock.now();
    const { storeReadAt, peerAnsweredAt } = contact;
    const input = { targetsUp, storeReadAt, peerAnsweredAt };
    this.isolation = watchIsolation(this.isolation, input, now);
    this.say(shouldWithhold(this.isolation, input, now), targetsUp);
    return !this.withholds;
  }

  private say(withholds: boolean, targetsUp: number): void {
    const { log } = this.deps;
    if (withholds === this.withholds) return;
    this.withholds = withholds;
    if (!withholds) return log('info', 'speaks-again');
    log('info', 'holds-back', {
      targetsUp,
      because: 'targets went down; reading the control bucket before sending it',
    });
  }
}

/** Share of the user's targets that answered their last scrape, as one node sees it; 1 when there are none. @throws when it does not answer in time */
export async function askTargetsUp(address: string): Promise<number> {
  const prometheus = new Prometheus(`http://${address}:${PORTS.prometheus}`, { timeoutMs: QUERY_TIMEOUT_MS });
  return (await prometheus.value(TARGETS_QUERY)) ?? 1;
}

/** A Prometheus that does not answer posts nothing new either: then there is nothing to doubt, and all count as up. */
export const targetsUpAt = (address: string): Promise<number> => askTargetsUp(address).catch(() => 1);
