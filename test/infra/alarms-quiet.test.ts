import { rmSync } from 'node:fs';
import { evaluatedEveryMs, type AlarmState } from '../../local/run/functions/alarm-rules';
import { evaluateAlarm, type DeployedAlarm } from '../../local/run/functions/alarms';
import { MetricStore } from '../../local/run/functions/metrics';
import { random as randomOf } from '../simulation/world/kernel';
import { METRICS, type MetricDefinition } from '../../lib/contract/metrics';
import { deployedAlarms } from './deployed-alarms';
import { synthesize } from './synthesize';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
/** What has to be known before an alarm can be quiet: the longest looks back an hour, and three periods. */
const WARM_UP = 1.5 * HOUR;

/** In a quiet hour: a point so often, of such a value. What is not here is not written while nothing happens. */
const QUIET: Readonly<Record<string, readonly [everyS: number, value: number]>> = {
  ActiveNodeHealthy: [2, 1],
  HealthyNodes: [2, 2],
  HealthCheckCycles: [2, 1],
  WatchdogAgeSeconds: [2, 25],
  BlockUploadAgeSeconds: [2, 3_600],
  NodesWithoutGoodSnapshot: [60, 0],
  LoadShare: [60, 0.5],
  CPUUtilization: [60, 3],
  Errors: [60, 0],
  Throttles: [60, 0],
  DestinationDeliveryFailures: [60, 0],
  Invocations: [60, 1],
  ApproximateNumberOfMessagesVisible: [60, 0],
};
/** What is called every five minutes only is looked at in such periods. */
const everyOf = ({ metric, periodMs }: DeployedAlarm): readonly [everyS: number, value: number] =>
  metric.name === 'Invocations' ? [periodMs / SECOND, 1] : (QUIET[metric.name] ?? [0, 0]);
const ONLY_IN_TROUBLE: readonly string[] = [
  METRICS.remedyGaveUp,
  ...[METRICS, METRICS.volumeTrouble].flatMap((metrics) =>
    Object.values<object>(metrics).filter((metric): metric is MetricDefinition => 'untold' in metric),
  ),
].map(({ name }) => name);

let alarms: DeployedAlarm[];
beforeAll(() => {
  const made = synthesize();
  rmSync(made.dir, { recursive: true });
  alarms = deployedAlarms(made);
});

/** How late points are: each by itself, or all of a minute alike, as where a log as a whole is late. */
const LATE = ['each by itself', 'all of a minute alike'] as const;

/** Every change of state in an hour after the warm-up, points coming 5 to 40 s late at random. */
function transitions(alarm: DeployedAlarm, beyondN: number, seed: number, late: (typeof LATE)[number]): string[] {
  const random = randomOf(seed);
  let lateMs = 0;
  const metrics = new MetricStore(() => (late === LATE[0] ? 5 * SECOND + 35 * SECOND * random() : lateMs));
  const [everyS, value] = everyOf(alarm);
  let state: AlarmState = 'INSUFFICIENT_DATA';
  const changes: string[] = [];
  for (let now = HOUR; now < 2 * HOUR + WARM_UP; now += SECOND) {
    if (now % (60 * SECOND) === 0) lateMs = 5 * SECOND + 35 * SECOND * random();
    if (everyS > 0 && now % (everyS * SECOND) === 0) metrics.put(alarm.metric, value, now);
    if (now % evaluatedEveryMs(alarm.periodMs) !== 0) continue;
    const next = evaluateAlarm(alarm, metrics, now, state, beyondN);
    if (next !== state && now >= HOUR + WARM_UP) changes.push(`${now / SECOND}: ${state} → ${next}`);
    state = next;
  }
  return state === 'OK' ? changes : [...changes, `ends in ${state}`];
}

test('every metric of an alarm is one of a quiet hour, or of trouble only', () => {
  const known = new Set([...Object.keys(QUIET), ...ONLY_IN_TROUBLE]);
  expect(alarms.map(({ metric }) => metric.name).filter((name) => !known.has(name))).toEqual([]);
});

test.each([0, 1, 2].flatMap((beyondN) => LATE.map((late) => [beyondN, late] as const)))(
  'no alarm changes in a quiet hour with points 5 to 40 s late, range N + %i, %s',
  (beyondN, late) => {
    const changed = alarms.map(
      (alarm, i) => [alarm.name, transitions(alarm, beyondN, 100 * beyondN + i, late)] as const,
    );
    expect(changed.filter(([, changes]) => changes.length > 0)).toEqual([]);
  },
);

test.each([0, 1, 2])('a health-check that ends is noticed within 80 s, range N + %i', (beyondN) => {
  const alarm = alarms.find(({ name }) => name.endsWith('control-plane-silent'))!;
  const random = randomOf(beyondN);
  const metrics = new MetricStore(() => 5 * SECOND + 35 * SECOND * random());
  for (let now = HOUR; now < HOUR + 600 * SECOND; now += 2 * SECOND) metrics.put(alarm.metric, 1, now);
  const states = [0, 80].map((s) => evaluateAlarm(alarm, metrics, HOUR + (600 + s) * SECOND, 'OK', beyondN));
  expect(states).toEqual(['OK', 'ALARM']);
});
