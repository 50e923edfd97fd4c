import { check, type RunResult } from '../../lib/contract/check';
import { runningState } from '../../lib/shell/local/run-state';
import { compareWithOracle } from './judge/compare';
import { judgeRuns } from './judge/judge';
import { exactly } from './judge/limit';
import { NOTIFICATION_SOURCES, readNotifications, type SentAlert } from './judge/notifications';
import type { DrillResult } from './judge/result';
import { Random } from './random';
import type { Scenario } from './scenario';

export const MARATHON = 'marathon';

/** All that leave the system as it was, in an order by seed; those that let it grow last, one after the other as they are told. */
export function marathonOf(seed: number, scenarios: readonly Scenario[]): Scenario[] {
  const asItWas = scenarios.filter(({ leaves }) => leaves === undefined);
  return [...new Random(seed).shuffled(asItWas), ...scenarios.filter(({ leaves }) => leaves === 'grown')];
}

/**
 * All of it as one: what no run was charged with, since it came between two of them. A target that went away is not alerted on because of
 * its last sample, whatever was restarted or backfilled meanwhile. `from`: when the first of the results was there, ms since the Unix epoch.
 */
export function betweenRuns(
  scenarios: readonly Scenario[],
  results: readonly DrillResult[],
  from: number,
): DrillResult {
  const own = new Set(scenarios.flatMap(({ ownAlerts = [] }) => ownAlerts));
  const sent = readNotifications(runningState()!.pages).filter((t) => t.receivedAt >= from && !own.has(t.name));
  const charged = results
    .slice(1)
    .flatMap(({ runs }) => runs)
    .reduce((sum, { measurements }) => sum + (measurements.spurious ?? 0), 0);
  const run = judgeBetween(sent, charged);
  return judgeRuns('between the drills', [LIMIT], null, [run]);
}

const LIMIT = exactly('spuriousBetween', 0, 'notifications');

/** `charged`: how many unknown notifications the runs themselves were charged with. */
export function judgeBetween(sent: readonly SentAlert[], charged: number): RunResult {
  const of = (source: string): SentAlert[] => sent.filter((t) => t.source === source);
  const { spurious, findings } = compareWithOracle(of(NOTIFICATION_SOURCES.system), of(NOTIFICATION_SOURCES.oracle));
  const spuriousBetween = Math.max(0, spurious - charged);
  const { measurement, rule, limit, unit } = LIMIT;
  return {
    measurements: { spuriousBetween },
    checks: [check(measurement, spuriousBetween, rule, limit, unit)],
    findings: spuriousBetween === 0 ? [] : findings,
  };
}
