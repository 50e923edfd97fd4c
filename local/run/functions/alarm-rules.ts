/** How CloudWatch counts points, from its user guide ("Using Amazon CloudWatch alarms", missing data). */

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export interface AlarmRule {
  /** N: periods that are evaluated. */
  readonly evaluationPeriods: number;
  /** M: of these, so many breaching ones alarm. */
  readonly datapointsToAlarm: number;
  /** `breaching`, `notBreaching`, `ignore` or `missing`. */
  readonly treatMissingData: string;
}

/** Per period of the evaluation range, oldest first: whether it breaches; null where there is no point. */
export type Points = readonly (boolean | null)[];

/** `keep`: whatever it was. The evaluation range is longer than N, so that a late point still counts. */
export function judgePoints(points: Points, rule: AlarmRule): AlarmState | 'keep' {
  const { evaluationPeriods: n, datapointsToAlarm: m, treatMissingData } = rule;
  const real = points.filter((point) => point !== null);
  const alarmIf = (breaching: number): AlarmState => (breaching >= m ? 'ALARM' : 'OK');
  // Enough real points: the newest N count, and how missing ones are treated does not.
  if (real.length >= n) return alarmIf(count(real.slice(-n)));
  const breaching = count(real);
  if (treatMissingData === 'breaching') return alarmIf(breaching + n - real.length);
  if (treatMissingData === 'notBreaching') return alarmIf(breaching);
  if (breaching >= m) return 'ALARM';
  if (real.length > breaching) return 'OK';
  if (treatMissingData === 'ignore') return 'keep';
  // Only breaching points are left, and fewer than M: an alarm, if the oldest of them is at least M periods old.
  const oldest = points.findIndex((point) => point !== null);
  return oldest >= 0 && points.length - oldest >= m ? 'ALARM' : 'INSUFFICIENT_DATA';
}

const count = (points: readonly boolean[]): number => points.filter(Boolean).length;

/** Alarms with such a period are evaluated every 10 s, all others every minute. */
export const evaluatedEveryMs = (periodMs: number): number => (periodMs < 60_000 ? 10_000 : 60_000);
