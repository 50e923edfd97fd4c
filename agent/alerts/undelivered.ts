import { undeliveredQuery, undeliveredSaid, type Lost } from '../../lib/core/alerts/undelivered';
import type { Log } from '../base/log';

export interface UndeliveredDeps {
  readonly node: string;
  /** When this agent started, ms since the Unix epoch. */
  readonly startedAt: number;
  /** Asks own Prometheus. @throws when it does not answer in time */
  readonly ask: (query: string) => Promise<readonly Lost[]>;
  readonly now: () => number;
  readonly log: Log;
}

/** What Prometheus and Alertmanager of this node did not deliver lately: nobody else counts it where it can be seen. */
export class Undelivered {
  /** One sentence each; empty when nothing is known of any. */
  problems: readonly string[] = [];

  constructor(private readonly deps: UndeliveredDeps) {}

  async round(): Promise<void> {
    const { node, startedAt, ask, now, log } = this.deps;
    const query = undeliveredQuery(node, now() - startedAt);
    // Of a Prometheus that does not answer other things are said.
    const lost = query === null ? [] : await ask(query).catch(() => []);
    const before = this.problems.length;
    this.problems = undeliveredSaid(lost);
    if (this.problems.length > before) log('error', 'notifications-undelivered', { problems: this.problems });
    else if (before > 0 && this.problems.length === 0) log('info', 'notifications-delivered');
  }
}
