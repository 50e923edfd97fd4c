import { ALARM_SCENARIOS } from './failover/alarm-scenarios';
import { BAD_CONFIGS } from './failover/bad-config';
import { BOTH_FILL } from './volumes/both-fill';
import { BOTH_DAMAGED } from './tsdb/both-corrupted';
import { DAMAGE } from './tsdb/corruption-scenarios';
import { DEPLOY_SCENARIOS } from './failover/deploy-scenarios';
import { DOUBLE_SCENARIOS } from './failover/double-scenarios';
import { FAILOVERS } from './failover/failover-scenarios';
import { GRAY_SCENARIOS } from './failover/gray-scenarios';
import { LOAD_SCENARIOS } from './load/load-scenarios';
import { LOOP_STALL } from './failover/loop-stall';
import { LYING_SCENARIOS } from './failover/lying-scenarios';
import { OPERATOR_SCENARIOS } from './failover/operator-scenarios';
import { QUERY_PATH } from './thanos/query-path-scenarios';
import { SCALE_SCENARIOS } from './sharding/scale-scenarios';
import { STATE_SCENARIOS } from './failover/state-scenarios';
import type { Scenario } from './scenario';
import { TARGET_SCENARIOS } from './remedies/target-scenarios';
import { THANOS_SCENARIOS } from './thanos/thanos-scenarios';
import { VOLUME_SCENARIOS } from './volumes/volume-scenarios';
import { ZONE_LOSS } from './failover/zone-scenario';

/** Everything that `npm run drill` can do. */
export const SCENARIOS: readonly Scenario[] = [
  ...FAILOVERS,
  ...ALARM_SCENARIOS,
  ...GRAY_SCENARIOS,
  LOOP_STALL,
  ...LYING_SCENARIOS,
  ...DOUBLE_SCENARIOS,
  ZONE_LOSS,
  ...STATE_SCENARIOS,
  ...DAMAGE,
  BOTH_DAMAGED,
  ...VOLUME_SCENARIOS,
  BOTH_FILL,
  ...DEPLOY_SCENARIOS,
  ...BAD_CONFIGS,
  ...SCALE_SCENARIOS,
  ...OPERATOR_SCENARIOS,
  ...TARGET_SCENARIOS,
  ...LOAD_SCENARIOS,
  ...QUERY_PATH,
  ...THANOS_SCENARIOS,
];

/** The scenario of that name, or all of a family: `query-path` is a crash and a hang, `corruption` all that storage does to files, `volumes` to a volume, `operator` what one does, `gray` what is neither well nor dead. Empty when there is none. */
export function scenariosOf(name: string): readonly Scenario[] {
  if (name === 'query-path') return QUERY_PATH;
  if (name === 'corruption') return DAMAGE;
  if (name === 'volumes') return VOLUME_SCENARIOS;
  if (name === 'gray') return GRAY_SCENARIOS;
  if (name === 'operator') return OPERATOR_SCENARIOS;
  return SCENARIOS.filter((s) => s.name === name);
}
