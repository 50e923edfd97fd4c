import { sameAnswers, standsStill } from './answers';
import { blocksMove } from './blocks-move';
import { compactorCrash } from './compactor-crash';
import { FAILOVER } from '../failover/failover-scenarios';
import { untilSilent } from '../failover/alarm-scenarios';
import { historyWatch } from './history-watch';
import { queryPath, reroute } from './queries';
import { queryLoad } from './query-load';
import { listenerWatch, untilRerouted } from './listener-watch';
import type { Scenario } from '../scenario';
import { service } from '../thanos';

/** No node is hurt: alerts must not notice at all. */
const THANOS = { ...FAILOVER, hurts: 'nobody', takeover: 'none', epochs: 0, needsThanos: true } as const;

/** A task starts, its target is new to the load balancer, the listener is changed and takes its time. */
const RETURN_WITHIN_MS = 400_000;

/** Incidents of Thanos. */
export const THANOS_SCENARIOS: readonly Scenario[] = [
  {
    ...THANOS,
    name: 'thanos-down',
    what: 'every query task is killed and stays down: queries go to the nodes, and back when Thanos is well again',
    instruments: [queryLoad(20, reroute), sameAnswers, listenerWatch],
    prepare: standsStill,
    inject: service('stop-service', 'query'),
    course: untilRerouted,
    restWithinMs: RETURN_WITHIN_MS,
    undo: service('start-service', 'query'),
  },
  {
    ...THANOS,
    name: 'thanos-down-unwatched',
    what: 'the same, while health-check does not run and its alarm rings: route-queries looks in its place',
    instruments: [queryLoad(20, reroute), listenerWatch],
    inject: async (world) => {
      await untilSilent(world);
      return service('stop-service', 'query')(world);
    },
    course: untilRerouted,
    restWithinMs: RETURN_WITHIN_MS,
    undo: async (world) => {
      await world.faults.act('release-function', { function: 'health-check' });
      return service('start-service', 'query')(world);
    },
  },
  {
    ...THANOS,
    name: 'store-down',
    what: 'the store gateway is killed and stays down: what is recent is answered, what is old comes back with it',
    instruments: [queryLoad(20, queryPath), historyWatch],
    prepare: historyWatch.prepare,
    inject: service('stop-service', 'store'),
    undo: service('start-service', 'store'),
  },
  { ...THANOS, ...blocksMove },
  { ...THANOS, ...compactorCrash },
];
