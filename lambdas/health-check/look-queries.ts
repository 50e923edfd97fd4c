import { METRICS } from '../../lib/contract/metrics';
import { NO_HISTORY, noteProbe, thanosWell, type ThanosHistory } from '../../lib/core/thanos/routing';
import type { QueriesSeen } from '../../lib/core/workers/due';
import type { RouteBook } from '../../lib/shell/aws/route-book';
import { reasonOf } from '../../lib/shell/probes/prober';
import type { FunctionConfig } from '../shared/config';
import { log } from '../shared/log';
import { publish } from '../shared/metrics';
import { isTimeToAsk, probeTasks } from '../shared/thanos-look';

/** What looks at queries remember. Times in ms of the clock that they are given. */
export interface QueriesLook {
  readonly thanos: ThanosHistory;
  readonly askedAt: number | null;
}

export const NO_LOOK: QueriesLook = { thanos: NO_HISTORY, askedAt: null };

/** Probes Thanos' query tasks and, now and then, asks where the listener points. Never rejects: what fails is logged. */
export async function lookAtQueries(
  before: QueriesLook,
  book: Pick<RouteBook, 'route' | 'tasks' | 'refresh'>,
  { cluster, shard, policy }: Pick<FunctionConfig, 'cluster' | 'shard' | 'policy'>,
  now: number,
): Promise<{ readonly look: QueriesLook; readonly seen: QueriesSeen | null }> {
  const asks = isTimeToAsk(before, book, now);
  const asking = asks
    ? book.refresh(now).catch((error: unknown) => log('warn', 'load-balancer-not-read', { error: reasonOf(error) }))
    : undefined;
  // Known tasks are probed without waiting for the API.
  if (book.tasks === null) await asking;
  const { probes, tasks } = await probeTasks(book, policy.probe.timeoutMs);
  await asking;
  const isKnown = book.tasks !== null;
  const { route } = book;
  publish(cluster, shard, [
    ...(isKnown ? [{ metric: METRICS.thanosHealthy, value: thanosWell(tasks) ? 1 : 0 }] : []),
    // Of tasks that do not answer nothing is known.
    ...(tasks.answering === 0
      ? []
      : [{ metric: METRICS.queriesWithHistory, value: probes.every((p) => p.error !== null || p.history) ? 1 : 0 }]),
    ...(route === null ? [] : [{ metric: METRICS.queriesThroughThanos, value: route.route === 'thanos' ? 1 : 0 }]),
  ]);
  // Nobody ever said where the tasks are: that is no miss of theirs.
  const thanos = isKnown ? noteProbe(before.thanos, thanosWell(tasks), now) : before.thanos;
  return {
    look: { thanos, askedAt: asks ? now : before.askedAt },
    seen: route && { misses: thanos.consecutiveFailures, route: route.route, whole: route.whole },
  };
}
