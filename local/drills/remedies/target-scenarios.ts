import { DEMO_ALERTS, DEMO_REMEDY } from '../../demo/demo';
import { FAILOVER } from '../failover/failover-scenarios';
import { remedyWatch } from './remedy-watch';
import type { Scenario } from '../scenario';

/** Incidents of what is watched: no node is hurt, and everybody is notified of it as the oracle notifies it. */
export const TARGET_SCENARIOS: readonly Scenario[] = [
  {
    ...FAILOVER,
    name: 'redis-down',
    what: 'SIGKILL of Redis: it is paged, reconnect-redis tries until Redis is started again',
    hurts: 'nobody',
    takeover: 'none',
    epochs: 0,
    instruments: [remedyWatch(DEMO_ALERTS.redisDown, DEMO_REMEDY)],
    inject: ({ faults }) => faults.act('kill-redis'),
    undo: ({ faults }) => faults.act('start-redis'),
  },
];
