import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { embeddedMetrics, type MetricValue } from '../../lambdas/shared/metrics';
import { METRICS } from '../../lib/contract/metrics';
import { callsOf, type AlarmSpec } from '../../lib/infra/constructs/control/alarm-spec';
import { alarmsOf } from '../../lib/infra/constructs/control/alarms';
import { CONTROL_FUNCTIONS } from '../../lib/infra/constructs/control/functions';
import { evaluateAlarm, type AlarmState } from '../../local/run/functions/alarms';
import { MetricStore } from '../../local/run/functions/metrics';
import { Queues } from '../../local/run/functions/queues';
import { ROOT } from '../fixtures/config-dir';
import { deployedAlarms } from './deployed-alarms';
import { synthesize, type Synthesized } from './synthesize';

let made: Synthesized;
const dirs: string[] = [];
const synth = (...args: Parameters<typeof synthesize>): Synthesized => {
  const result = synthesize(...args);
  dirs.push(result.dir);
  return result;
};
beforeAll(() => {
  made = synth();
});
afterAll(() => dirs.forEach((dir) => rmSync(dir, { recursive: true })));

const tabled = (): AlarmSpec[] =>
  alarmsOf(
    made.cluster,
    CONTROL_FUNCTIONS.map(({ name }) => name),
  );

test('the alarms are those of the table, each with an entry in the runbook', () => {
  const names = made.all('AWS::CloudWatch::Alarm').map((alarm) => alarm.Properties.AlarmName as string);
  expect(names).toEqual(tabled().map(({ name }) => `${made.cluster.name}-${name}`));
  const entries = new Set(tabled().map(({ name, runbook }) => runbook ?? name));
  for (const name of entries) {
    const path = join(ROOT, 'docs/runbook', `${name}.md`);
    expect({ path, exists: existsSync(path) }).toEqual({ path, exists: true });
    const headings = readFileSync(path, 'utf8').match(/^## .*$/gm);
    expect({ path, headings }).toEqual({ path, headings: ['## Description', '## Investigation', '## Resolution'] });
  }
  const written = readdirSync(join(ROOT, 'docs/runbook')).map((name) => name.replace('.md', ''));
  // What to do after an incident, or with a deployment, is written beside what to do in one.
  const others = ['audit-after-an-incident', 'taking-it-down'];
  expect(written.filter((name) => name !== 'README').sort()).toEqual([...entries, ...others].sort());
});

test('an alarm says where its runbook is: a link where the pages are published, else the path and of what', () => {
  const described = (s: Synthesized): string =>
    s.all('AWS::CloudWatch::Alarm').find((a) => a.Properties.AlarmName.endsWith('no-standby'))!.Properties
      .AlarmDescription;
  expect(described(made)).toMatch(
    / Runbook: docs\/runbook\/no-standby\.md in the repository that this was deployed from$/,
  );
  const linked = synth(undefined, (c) => ({ ...c, runbookBase: 'https://wiki.example/runbook/' }));
  expect(described(linked)).toMatch(/ Runbook: https:\/\/wiki\.example\/runbook\/no-standby\.md$/);
});

test('the alarms are the second trigger of a failover', () => {
  const triggers = made
    .all('AWS::CloudWatch::Alarm')
    .filter((alarm) => JSON.stringify(alarm.Properties.AlarmActions).includes('promotealertingFunction'));
  expect(
    triggers.map(({ Properties: p }) => [p.MetricName, p.Statistic, p.Period, p.EvaluationPeriods, p.TreatMissingData]),
  ).toEqual([
    ['ActiveNodeHealthy', 'Minimum', 10, 1, 'notBreaching'],
    ['HealthCheckCycles', 'SampleCount', 10, 6, 'breaching'],
  ]);
});

test('when health-check is silent everybody whom it would call is called, and none of them is another function', () => {
  const silent = (s: Synthesized): string => {
    const alarm = s.all('AWS::CloudWatch::Alarm').find((a) => a.Properties.AlarmName.includes('control-plane-silent'));
    return JSON.stringify(alarm!.Properties.AlarmActions);
  };
  for (const name of ['promotealerting', 'routequeries', 'restoresnapshot', 'shedload'])
    expect(silent(made)).toContain(`"${name}Function`);
  expect(silent(synth(undefined, (c) => ({ ...c, snapshots: false })))).not.toContain('restoresnapshot');
});

test('an alarm that would have a sixth action is refused by name', () => {
  expect(callsOf({ name: 'x', calls: ['a', 'b', 'c', 'd'] })).toHaveLength(4);
  expect(() => callsOf({ name: 'x', calls: ['a', 'b', 'c', 'd', 'e'] })).toThrow(
    /^the alarm x calls a, b, c, d, e and tells its topic: 6 actions, and CloudWatch takes 5/,
  );
});

const MINUTE = 60_000;
const NOW = Math.ceil(Date.now() / MINUTE) * MINUTE;

/** What functions write into their logs, against the alarm as the template defines it: its state after the values, each written so many seconds before now. */
function state(name: string, written: readonly (readonly [agoS: number, value: MetricValue])[]): AlarmState {
  const alarm = deployedAlarms(made).find((a) => a.name.endsWith(name))!;
  const store = new MetricStore();
  for (const [agoS, value] of written)
    for (const line of embeddedMetrics(made.cluster.name, 0, [value], NOW - agoS * 1000)) store.takeLogLine(line);
  return evaluateAlarm(alarm, store, NOW);
}

describe('alerting-silent', () => {
  const ages = (...values: number[]): [number, MetricValue][] =>
    values.map((value, i) => [values.length * 2 - i * 2, { metric: METRICS.watchdogAge, value }]);

  it.each<[string, number[], AlarmState]>([
    ['young proofs', Array(15).fill(25), 'OK'],
    ['none at all', [], 'ALARM'],
    ['old ones for a minute', Array(30).fill(61), 'ALARM'],
    ['old ones, and one that came through', [...Array<number>(27).fill(61), 3, 5, 7], 'ALARM'],
    ['old ones, and then young ones for two periods', [...Array<number>(24).fill(61), 3, 5, 7, 9, 11, 13], 'OK'],
  ])('with %s', (_, values, expected) => {
    expect(state('alerting-silent', ages(...values))).toBe(expected);
  });
});

describe('automation-paused', () => {
  const paused = (...values: number[]): [number, MetricValue][] =>
    values.map((value, i) => [(values.length - i) * 60 - 30, { metric: METRICS.paused, value }]);

  it.each<[string, number[], AlarmState]>([
    ['half an hour', Array(30).fill(1), 'ALARM'],
    ['a short work', [...Array<number>(10).fill(0), ...Array<number>(20).fill(1)], 'OK'],
    ['one that was resumed just now', [...Array<number>(29).fill(1), 0], 'OK'],
    ['nobody to tell', [], 'OK'],
  ])('%s', (_, values, expected) => {
    expect(state('automation-paused', paused(...values))).toBe(expected);
  });
});

describe('cycles-failing', () => {
  const errors = (...values: number[]): [number, MetricValue][] =>
    values.map((value, i) => [(values.length - i) * 60 - 30, { metric: METRICS.controlErrors, value }]);

  it.each<[string, number[], AlarmState]>([
    ['a worker that was not called for five minutes', [1, 12, 12, 12, 1], 'ALARM'],
    ['S3 in a bad minute', [0, 0, 30, 0, 0], 'OK'],
    ['what ended a minute ago', [1, 1, 1, 1, 0], 'OK'],
  ])('%s', (_, values, expected) => {
    expect(state('cycles-failing', errors(...values))).toBe(expected);
  });
});

test('a call that is asked once and can be kept nowhere rings', () => {
  const alarms = deployedAlarms(made).filter(({ metric }) => metric.name === 'DestinationDeliveryFailures');
  expect(alarms.map(({ name }) => name.replace(`${made.cluster.name}-`, ''))).toEqual([
    'promote-alerting-calls-lost',
    'reconnect-redis-calls-lost',
  ]);
  const store = new MetricStore();
  store.put(alarms[0]!.metric, 1, NOW - MINUTE / 2);
  expect(alarms.map((alarm) => evaluateAlarm(alarm, store, NOW))).toEqual(['ALARM', 'OK']);
});

describe('remedy-gave-up', () => {
  const end = (gaveUp: number, more: Partial<MetricValue> = {}): [number, MetricValue] => [
    30,
    { metric: METRICS.remedyGaveUp, value: gaveUp, ...more },
  ];

  it.each<[string, [number, MetricValue][], AlarmState]>([
    ['when nothing was tried', [], 'OK'],
    ['when the target came back', [end(0)], 'OK'],
    ['when one of two was given up', [end(0), end(1)], 'ALARM'],
  ])('%s', (_, written, expected) => {
    expect(state('remedy-gave-up', written)).toBe(expected);
  });

  it('looks at the shard: what is told by remedy is for dashboards', () => {
    expect(state('remedy-gave-up', [end(1, { remedy: 'redis' })])).toBe('OK');
  });
});

test('calls-given-up rings from the first call that lies in the queue until it is taken, and says nothing of an unused queue', async () => {
  const alarm = deployedAlarms(made).find(({ name }) => name.endsWith('calls-given-up'))!;
  const store = new MetricStore();
  const queue: object[] = [];
  const queues = new Queues(
    async (_, message) => (message === null ? queue.length : queue.push(message)),
    store,
    (error) => {
      throw error;
    },
  );
  const stateIn = async (act: () => void): Promise<AlarmState> => {
    act();
    await new Promise(setImmediate);
    return evaluateAlarm(alarm, store, Date.now() + MINUTE);
  };
  expect(await stateIn(() => undefined)).toBe('OK');
  const arn = `arn:aws:sqs:eu-west-1:123456789012:${made.cluster.name}-given-up`;
  expect(await stateIn(() => queues.send(arn, { requestPayload: 1 }))).toBe('ALARM');
  jest.useFakeTimers({ now: Date.now() + 5 * MINUTE, doNotFake: ['setImmediate'] });
  expect(await stateIn(() => queues.measure([alarm]))).toBe('ALARM');
  queue.length = 0;
  jest.setSystemTime(Date.now() + 5 * MINUTE);
  expect(await stateIn(() => queues.measure([alarm]))).toBe('OK');
  jest.useRealTimers();
});

describe('corruption', () => {
  const nodes = (value: number, corruption?: string): [number, MetricValue] => [
    30,
    { metric: METRICS.corruptedNodes, value, ...(corruption === undefined ? {} : { corruption }) },
  ];
  it.each<[string, [number, MetricValue][], AlarmState]>([
    ['nobody says anything', [], 'OK'],
    ['no node has any', [nodes(0)], 'OK'],
    ['a node has some of another kind', [nodes(1), nodes(1, 'block-corrupted')], 'OK'],
    ['a node has some of this kind', [nodes(1), nodes(1, 'tsdb-corrupt')], 'ALARM'],
  ])('%s', (_, written, expected) => expect(state('tsdb-corrupt', written)).toBe(expected));
});
