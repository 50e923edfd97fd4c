import { holdsBack, watchIsolation, type Isolation, type IsolationInput } from '../../lib/core/failover/isolation';
import { PORTS } from '../../lib/contract/ports';
import { RESERVED_JOBS_REGEX } from '../../lib/core/rendering/render';
import type { Log } from '../base/log';
import { Prometheus } from '../../lib/shell/prometheus/client';

/** Share of the user's targets that answered their last scrape; nothing when there are none. */
const TARGETS_QUERY = `avg(up{job!~"${RESERVED_JOBS_REGEX}"})`;
const QUERY_TIMEOUT_MS = 500;

/** Asked before anything is told: whether this node is probably the one that is cut off. */
export class CutOff {
  private isolation: Isolation | null = null;
  private silent = false;

  constructor(
    private readonly address: string,
    private readonly contact: () => Pick<IsolationInput, 'storeReadAt' | 'peerAnsweredAt'>,
    private readonly log: Log,
  ) {}

  async mayTell(): Promise<boolean> {
    const targetsUp = await this.targetsUp();
    const now = Date.now();
    const input = { targetsUp, ...this.contact() };
    this.isolation = watchIsolation(this.isolation, input, now);
    const silent = holdsBack(this.isolation, input, now);
    if (silent !== this.silent) {
      if (silent)
        this.log('info', 'holds-back', {
          targetsUp,
          because: 'targets went down; reading the control bucket before telling so',
        });
      else this.log('info', 'speaks-again');
    }
    this.silent = silent;
    return !silent;
  }

  /** A Prometheus that does not answer posts nothing new either: then there is nothing to doubt. */
  private async targetsUp(): Promise<number> {
    try {
      const url = `http://${this.address}:${PORTS.prometheus}`;
      return (await new Prometheus(url, { timeoutMs: QUERY_TIMEOUT_MS }).value(TARGETS_QUERY)) ?? 1;
    } catch {
      return 1;
    }
  }
}
