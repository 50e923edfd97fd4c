import { NODE_CONFIG } from '../../lib/contract/documents/node-config';
import { Prometheus } from '../../lib/shell/prometheus/client';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { httpGet } from '../../lib/shell/async/http-get';
import { reasonOf } from '../../lib/shell/probes/prober';
import { THANOS_QUERY, type RunState } from '../../lib/shell/local/run-state';
import { allNodes, type TestBed } from './test-bed';
import { whoAnswers, WHO_ANSWERS_PATH } from './thanos/who-answers';

/** Where clients query: Thanos, or the nodes while Thanos does not answer. */
export const queriesOf = (world: TestBed): string => world.state.urls['load balancer']!;

/** A machine that cannot have Thanos has none. */
export const hasThanos = (state: Pick<RunState, 'urls'>): boolean => state.urls[THANOS_QUERY] !== undefined;

/** The bucket of the blocks, as the nodes were told. */
export function blocksBucketOf({ state }: TestBed): string {
  const file = join(state.nodes[0]!.dir, 'etc', 'prometheus-ha', 'node.json');
  return NODE_CONFIG.parse(readFileSync(file, 'utf8'), file).thanos!.bucket;
}

/** What keeps queries from going through a Thanos that asks every node and the store gateway; null when nothing does. */
export async function thanosUnrest(world: TestBed): Promise<string | null> {
  const queries = queriesOf(world);
  let stores: Awaited<ReturnType<Prometheus['stores']>>;
  try {
    const flags = await httpGet(`${queries}${WHO_ANSWERS_PATH}`, AbortSignal.timeout(2_000));
    if (whoAnswers(flags) === 'nodes') return 'queries do not go through Thanos';
    stores = await new Prometheus(queries, { timeoutMs: 2_000 }).stores();
  } catch (error) {
    return `Thanos does not answer: ${reasonOf(error)}`;
  }
  const failing = Object.values(stores)
    .flatMap((kind) => kind ?? [])
    .filter((store) => (store.lastError ?? null) !== null);
  if (failing.length > 0)
    return `Thanos cannot ask ${failing.map((s) => `${s.name}: ${String(s.lastError)}`).join(', ')}`;
  const sidecars = stores.sidecar?.length ?? 0;
  const nodes = allNodes(world).length;
  if (sidecars !== nodes) return `Thanos asks ${sidecars} of ${nodes} sidecars`;
  return (stores.store?.length ?? 0) > 0 ? null : 'Thanos has no store gateway to ask';
}

/** Services of ECS that a drill can stop, start or hurt. */
export type ThanosServiceName = 'query' | 'store' | 'compact';

/** An action on a service. */
export const service =
  (action: 'kill-task' | 'stop-service' | 'start-service', name: ThanosServiceName) =>
  ({ faults }: TestBed): Promise<number> =>
    faults.act(action, { service: name });

/**
 * Starts the compactor, which here compacts blocks as soon as they are uploaded. Deployed, it waits half an hour for a
 * bucket that may not show everything at once.
 */
export const startEagerCompactor = ({ faults }: TestBed): Promise<number> =>
  faults.act('start-service', { service: 'compact', more: ['--consistency-delay=0s'] });
