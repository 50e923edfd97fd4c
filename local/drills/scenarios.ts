import { DAMAGE } from './damage-scenarios';
import { DEPLOY_SCENARIOS } from './deploy-scenarios';
import { FAILOVERS } from './failover-scenarios';
import { QUERY_PATH } from './query-path-scenarios';
import type { Scenario } from './scenario';
import { TARGET_SCENARIOS } from './target-scenarios';
import { THANOS_SCENARIOS } from './thanos-scenarios';

/** Everything that `npm run drill` can do. */
export const SCENARIOS: readonly Scenario[] = [
  ...FAILOVERS,
  ...DAMAGE,
  ...DEPLOY_SCENARIOS,
  ...TARGET_SCENARIOS,
  ...QUERY_PATH,
  ...THANOS_SCENARIOS,
];

/** The scenario of that name, or all of a family: `query-path` is a crash and a hang, `damage` all that storage does. Empty when there is none. */
export function scenariosOf(name: string): readonly Scenario[] {
  if (name === 'query-path') return QUERY_PATH;
  if (name === 'damage') return DAMAGE;
  return SCENARIOS.filter((s) => s.name === name);
}
