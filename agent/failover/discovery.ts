import { discoveryOf, knownInClusterQuery, undiscovered } from '../../lib/core/failover/discovery';
import { RESERVED_JOBS } from '../../lib/contract/own-jobs';
import { PORTS } from '../../lib/contract/ports';
import { httpGet } from '../../lib/shell/async/http-get';
import { Prometheus } from '../../lib/shell/prometheus/client';
import { Answers } from '../base/answers';
import type { Log } from '../base/log';

export interface DiscoveryDeps {
  readonly node: string;
  readonly nodes: () => readonly string[];
  /** When own Prometheus was started, ISO 8601; null while none runs. */
  readonly startedAt: () => string | null;
  /** Its metrics, as it exposes them now. @throws when it does not answer in time */
  readonly metrics: () => Promise<string>;
  /** Targets by job, by a query of knownInClusterQuery. @throws when it does not answer in time */
  readonly known: (query: string) => Promise<ReadonlyMap<string, number>>;
  readonly now: () => number;
  readonly log: Log;
}

/** The first scrape of the others, and most refreshes, have had their answer by then. */
const SETTLED_MS = 15_000;

/**
 * Which jobs' targets this node's Prometheus has not found since it started. Asked after each start until none is left: later a
 * failed refresh keeps what was known.
 */
export class Discovery {
  private looked: { readonly startedAt: string; readonly jobs: readonly string[]; readonly done: boolean } | null =
    null;

  private readonly answers: Answers;

  constructor(private readonly deps: DiscoveryDeps) {
    this.answers = new Answers(deps.log);
  }

  /** Names of jobs. */
  get undiscovered(): readonly string[] {
    return this.looked?.jobs ?? [];
  }

  async round(): Promise<void> {
    const { node, nodes, startedAt, metrics, known, now } = this.deps;
    const started = startedAt();
    if (started !== this.looked?.startedAt) this.looked = null;
    if (started === null || this.looked?.done === true) return;
    // Who does not answer yet is not ready either: probes say that.
    const answers = await this.answers.orNull('targets that Prometheus found', () =>
      Promise.all([metrics(), known(knownInClusterQuery(node, nodes()))]),
    );
    if (answers === null || startedAt() !== started) return;
    const [text, elsewhere] = answers;
    const jobs = undiscovered(discoveryOf(text, RESERVED_JOBS), elsewhere);
    this.say(jobs);
    const done = jobs.length === 0 && now() - Date.parse(started) >= SETTLED_MS;
    this.looked = { startedAt: started, jobs, done };
  }

  private say(jobs: readonly string[]): void {
    const { log } = this.deps;
    if (jobs.join() === this.undiscovered.join()) return;
    if (jobs.length === 0) log('info', 'targets-discovered');
    else
      log('warn', 'targets-not-discovered', {
        jobs,
        because: 'other nodes know some; it takes nothing over meanwhile',
      });
  }
}

const TIMEOUT_MS = 2_000;
/** A server of thousands of jobs and rules exposes some megabytes. */
const MOST_BYTES = 64 * 2 ** 20;

/** How own Prometheus is asked. */
export function discoverySources(address: string): Pick<DiscoveryDeps, 'metrics' | 'known'> {
  const url = `http://${address}:${PORTS.prometheus}`;
  return {
    metrics: () => httpGet(`${url}/metrics`, AbortSignal.timeout(TIMEOUT_MS), MOST_BYTES),
    known: async (query) => {
      const samples = await new Prometheus(url, { timeoutMs: TIMEOUT_MS }).vector(query);
      return new Map(samples.map(({ labels, value }) => [labels.config ?? '', value]));
    },
  };
}
