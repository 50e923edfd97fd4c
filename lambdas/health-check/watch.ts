import type { LoadSettings } from '../../lib/contract/documents/settings';
import type { Worker } from '../../lib/contract/functions';
import { NOTHING_SEEN, type Seen } from '../../lib/core/workers/due';
import type { AddressBook } from '../../lib/shell/assignment/address-book';
import type { ControlStore } from '../../lib/shell/assignment/store';
import type { Clock } from '../../lib/shell/async/clock';
import type { CallFunction } from '../../lib/shell/aws/call-function';
import type { RouteBook } from '../../lib/shell/aws/route-book';
import { reasonOf } from '../../lib/shell/probes/prober';
import type { FunctionConfig } from '../shared/config';
import { log } from '../shared/log';
import { everyInterval, HANDOVER_MS } from '../shared/loop';
import { replaceable } from '../shared/volume-trouble';
import { WorkerCalls } from './call-workers';
import type { Counts } from './cycle';
import { lookAtLoad } from './look-load';
import { lookAtQueries, NO_LOOK } from './look-queries';
import { lookAtVolumes } from './look-volumes';

/** What the watch needs of the outside world. */
export interface WatchDeps {
  readonly workers: readonly Worker[];
  /** null: there is no Thanos, or it is another shard's business. */
  readonly book: Pick<RouteBook, 'route' | 'tasks' | 'refresh'> | null;
  readonly load: LoadSettings;
  readonly store: Pick<ControlStore, 'readStorage' | 'readRestore'>;
  readonly addresses: Pick<AddressBook, 'nodes' | 'addresses'>;
  readonly call: CallFunction;
}

/** Of the nodes that answer. */
const trustOf = (probes: Counts['probes']): Seen['trust'] =>
  new Map(
    [...probes].flatMap(([node, { agent }]) => (agent?.trust === undefined ? [] : [[node, agent.trust] as const])),
  );

/** A node's own word of a failing volume comes with every probe; only that it asks for another one is read. */
const VOLUMES_MS = 15_000;
const LOAD_MS = 60_000;

/**
 * Beside the probes: looks at queries, volumes and load, and calls whoever has something to do about them. The probes wait
 * for none of it, and none of it rejects. It begins when the loop of the minute before has ended, which watched until then:
 * one call is enough.
 *
 * @param counts what the probes found last
 * @param forMs of the loop of probes
 */
export async function watchOver(
  deps: WatchDeps,
  config: FunctionConfig,
  counts: () => Counts,
  forMs: number,
  clock: Pick<Clock, 'elapsed' | 'sleep'>,
): Promise<void> {
  const leftMs = forMs - HANDOVER_MS;
  if (leftMs <= 0) return;
  await clock.sleep(HANDOVER_MS);
  const since = clock.elapsed();
  const { intervalMs } = config.policy.probe;
  const calls = new WorkerCalls(deps.workers, config, deps.call, since);
  let look = NO_LOOK;
  let seen: Seen = NOTHING_SEEN;
  const turn = (more: Partial<Seen> = {}): void => {
    const { assignment, probes } = counts();
    seen = { ...seen, ...more, assignment, trouble: replaceable(probes), trust: trustOf(probes) };
    const now = clock.elapsed();
    // Until the next watch has looked once.
    calls.turn(seen, now, Math.max(0, since + leftMs - now) + intervalMs);
  };
  const every = (ms: number, what: string, work: () => Promise<Partial<Seen>>): Promise<void> => {
    const cycle = (): Promise<void> =>
      work()
        .then(turn)
        .catch((error: unknown) => log('error', 'look-failed', { at: what, error: reasonOf(error) }));
    return everyInterval(ms, leftMs, cycle, clock);
  };
  const { book, workers, addresses } = deps;
  await Promise.all([
    ...(book === null
      ? []
      : [
          every(intervalMs, 'queries', async () => {
            const found = await lookAtQueries(look, book, config, clock.elapsed());
            look = found.look;
            return { queries: found.seen };
          }),
        ]),
    ...(workers.includes('restore-snapshot')
      ? [
          every(VOLUMES_MS, 'volumes', async () => ({
            volumes: await lookAtVolumes(seen.volumes, addresses.nodes, deps.store, config),
          })),
        ]
      : []),
    every(LOAD_MS, 'load', async () => ({
      loadShare: await lookAtLoad(counts().assignment, addresses.addresses(), deps.load, config),
    })),
    every(intervalMs, 'probes', async () => ({})),
  ]);
  await calls.settled();
}
