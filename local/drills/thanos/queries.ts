import type { Moments } from '../instrument';
import type { Measurements } from '../../../lib/contract/check';

/** One query through the load balancer. */
export interface QuerySample {
  /** Ms since the Unix epoch. */
  readonly startedAt: number;
  /** Until it was answered or failed. */
  readonly ms: number;
  /** null when it was answered, with data. */
  readonly error: string | null;
  /** It was sent on a connection that was open already. */
  readonly reused: boolean;
  /** Who answered; null when nobody did, or was not asked. */
  readonly by: 'thanos' | 'nodes' | null;
}

/**
 * Queries while a node is hurt. A load balancer of connections cannot save those that are open to whoever dies: they
 * are counted apart.
 */
export function queryPath(samples: readonly QuerySample[], { struckAt, undoneAt }: Moments): Measurements {
  const failed = samples.filter((s) => s.error !== null);
  const cut = failed.filter((s) => s.reused && isBroken(s.error!));
  const during = samples.filter((s) => s.startedAt >= struckAt && s.startedAt <= undoneAt).map((s) => s.ms);
  return {
    queries: samples.length,
    queriesFailed: failed.length - cut.length,
    queriesCutOff: cut.length,
    queryMedian: seconds(quantile(during, 0.5)),
    queryP99: seconds(quantile(during, 0.99)),
    querySlowest: seconds(quantile(during, 1)),
  };
}

/** Queries when a part of everything is lost: for how long some fail. */
export function backAgain(samples: readonly QuerySample[], { struckAt, undoneAt }: Moments): Measurements {
  const during = samples.filter((s) => s.startedAt >= struckAt && s.startedAt < undoneAt);
  const failed = during.filter((s) => s.error !== null);
  const last = Math.max(struckAt, ...failed.map(({ startedAt, ms }) => startedAt + ms));
  return {
    queries: samples.length,
    queriesLost: failed.length,
    // Nothing succeeded after the last failure: they did not come back.
    queriesBack: during.some((s) => s.error === null && s.startedAt >= last) ? seconds(last - struckAt) : null,
  };
}

/** Queries while Thanos is away and comes back. */
export function reroute(samples: readonly QuerySample[], { struckAt, undoneAt }: Moments): Measurements {
  const inOrder = [...samples].sort((a, b) => a.startedAt - b.startedAt);
  const down = inOrder.filter((s) => s.startedAt >= struckAt && s.startedAt < undoneAt);
  const first = down.find((s) => s.by === 'nodes');
  const answeredAt = first === undefined ? null : first.startedAt + first.ms;
  const failed = (since: number | null, until: number): number | null =>
    since === null
      ? null
      : inOrder.filter((s) => s.error !== null && s.startedAt >= since && s.startedAt < until).length;
  const back = inOrder.find((s) => s.startedAt >= undoneAt && s.by === 'thanos');
  return {
    answeredByNodes: answeredAt === null ? null : seconds(answeredAt - struckAt),
    failedAfterSwitch: failed(answeredAt, undoneAt),
    failedOnReturn: failed(undoneAt, Infinity),
    backThroughThanos: back === undefined ? null : seconds(back.startedAt - undoneAt),
  };
}

/** What is left of a connection when the other side dies. */
function isBroken(error: string): boolean {
  return /ECONNRESET|EPIPE|socket hang up/.test(error);
}

/** The smallest value that so many of all do not exceed; null when there are none. */
function quantile(values: readonly number[], q: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? null;
}

const seconds = (ms: number | null): number | null => (ms === null ? null : Math.round(ms) / 1000);
