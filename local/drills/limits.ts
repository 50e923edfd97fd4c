import type { Rule } from './result';
import type { Scenario } from './scenario';

/** A limit on one measurement of every run. */
export interface Limit {
  readonly measurement: string;
  readonly rule: Rule;
  readonly limit: number;
  readonly unit: string;
}

/** A single run says little about a median; from so many runs on it is judged. */
export const RUNS_FOR_MEDIAN = 5;

/** From the fault until an Alertmanager accepted the new active node's alerts, seconds. */
const ACCEPTED = {
  crash: { worst: 4, median: 2 },
  silence: { worst: 11, median: 8 },
  'break-glass': { worst: 30, median: 30 },
} as const;

/** Our time to notice ÷ HAProxy's (inter 2s fall 3 rise 2), in the same run. */
const NOTICED_TO_HAPROXY: Readonly<Record<string, number>> = { 'primary-crash': 0.5, 'primary-host-loss': 1.3 };

/** Every limit of a scenario's runs: the table of what is promised. */
export function limitsOf(scenario: Scenario): Limit[] {
  const most = (measurement: string, limit: number, unit: string): Limit => ({
    measurement,
    rule: 'at most',
    limit,
    unit,
  });
  const limits: Limit[] = [
    // The drill judges nothing unless the oracle saw what the drill did.
    { measurement: 'oracleIncidents', rule: 'at least', limit: 3, unit: 'incidents' },
    { measurement: 'epochs', rule: 'exactly', limit: scenario.epochs, unit: 'epochs' },
    { measurement: 'samplesMissing', rule: 'at most', limit: 0, unit: 'samples' },
    most('forTimerOff', 1, 's'),
    most('missed', 0, 'notifications'),
    most('falselyResolved', 0, 'notifications'),
  ];
  // Cut off, both sides alert: nobody can do better than two nodes that always do.
  // Its own view of dead targets, told after the mend, differs from the plain pair's by chance: shown, not judged.
  if (scenario.plainPair) limits.push(most('duplicatesBeyondPlainPair', 0, 'notifications'));
  else limits.push(most('duplicates', 0, 'notifications'), most('spurious', 0, 'notifications'));

  if (scenario.takeover !== 'none') limits.push(most('accepted', ACCEPTED[scenario.takeover].worst, 's'));
  const ratio = NOTICED_TO_HAPROXY[scenario.name];
  if (ratio !== undefined) limits.push(most('noticedToHaproxy', ratio, '×'));
  if (scenario.gateOutlivesFault) limits.push(most('healedGateClosed', 5, 's'));
  return limits;
}

/** The limit on the median of `accepted` over all runs; null where nobody takes over. */
export function medianLimit(scenario: Scenario): Limit | null {
  if (scenario.takeover === 'none') return null;
  return { measurement: 'accepted', rule: 'at most', limit: ACCEPTED[scenario.takeover].median, unit: 's' };
}
