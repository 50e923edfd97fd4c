import {
  CLOCK_LOOK_MS,
  isBehind,
  isCutOff,
  shouldWithhold,
  watchIsolation,
  watchStandstill,
  type Isolation,
  type IsolationInput,
  type Standstill,
} from '../../lib/core/failover/isolation';
import { PORTS } from '../../lib/contract/ports';
import { RESERVED_JOBS_REGEX } from '../../lib/contract/own-jobs';
import type { Clock } from '../../lib/shell/async/clock';
import type { Contact } from '../base/contact';
import { Prometheus } from '../../lib/shell/prometheus/client';
import type { Log } from '../base/log';

const USERS = `up{job!~"${RESERVED_JOBS_REGEX}"}`;
/**
 * Share of the user's targets that answered their last scrape; nothing when there are none. Where some are scraped often, these
 * alone: what was up a minute ago says nothing of whether this node is cut off now.
 */
export const TARGETS_QUERY = `avg(${USERS} and count_over_time(${USERS}[20s]) >= 3) or avg(${USERS})`;
const QUERY_TIMEOUT_MS = 500;

export interface PartitionGuardDeps {
  /** From 0 to 1. */
  readonly targetsUp: () => Promise<number>;
  readonly contact: Readonly<Contact>;
  readonly clock: Pick<Clock, 'now' | 'repeat'>;
  readonly log: Log;
}

/** Asked before anything is sent: whether this node is probably the one that is cut off, or stood still. */
export class PartitionGuard {
  private isolation: Isolation | null = null;
  private withholds = false;
  private cutOff = false;

  private standstill: Standstill | null = null;

  constructor(private readonly deps: PartitionGuardDeps) {
    deps.clock.repeat(CLOCK_LOOK_MS, () => this.look());
  }

  private look(): Standstill {
    return (this.standstill = watchStandstill(this.standstill, this.deps.clock.now()));
  }

  /** Whether this node has just been cut off for so long that another one alerts by now. To be asked all the time. */
  async isNewlyCutOff(): Promise<boolean> {
    const { storeReadAt } = await this.observe();
    const before = this.cutOff;
    this.cutOff = isCutOff(this.isolation, storeReadAt, this.deps.clock.now());
    return this.cutOff && !before;
  }

  async maySend(): Promise<boolean> {
    const input = await this.observe();
    // First of all on going on, whichever timer comes first.
    const standstill = this.look();
    const now = this.deps.clock.now();
    if (isBehind(standstill, input.storeReadAt, now)) {
      this.deps.contact.askForRead();
      this.say(true, input.targetsUp, 'this node stood still');
    } else this.say(shouldWithhold(this.isolation, input, now), input.targetsUp, 'targets went down');
    return !this.withholds;
  }

  private async observe(): Promise<IsolationInput> {
    const targetsUp = await this.deps.targetsUp();
    const { storeReadAt, peerAnsweredAt, brokeGlass } = this.deps.contact;
    const input = { targetsUp, storeReadAt: brokeGlass ? null : storeReadAt, peerAnsweredAt };
    this.isolation = watchIsolation(this.isolation, input, this.deps.clock.now());
    if (this.isolation !== null && (storeReadAt ?? -Infinity) <= this.isolation.since) this.deps.contact.askForRead();
    return input;
  }

  private say(withholds: boolean, targetsUp: number, why: string): void {
    const { log } = this.deps;
    if (withholds === this.withholds) return;
    this.withholds = withholds;
    if (!withholds) return log('info', 'speaks-again');
    log('info', 'holds-back', {
      targetsUp,
      because: `${why}; reading the control bucket before sending it`,
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
