import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PRICE_TABLE, type PriceTable } from '../../../../lib/contract/documents/price-table';
import { QUIET_RUN, type CallLine, type QuietRun } from '../../../../lib/contract/documents/quiet-run';
import { priceOfCall } from '../../../../lib/core/costs/calls';
import { costReport, renderCost } from '../../../../lib/core/costs/report';
import { quantitiesOfTemplates } from '../../../../lib/core/costs/resources';
import { quantitiesOfRun } from '../../../../lib/core/costs/run';
import { SECONDS_OF_MONTH } from '../../../../lib/core/costs/item';

const ROOT = join(__dirname, '../../../..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const prices: PriceTable = PRICE_TABLE.parse(read('lib/cli/costs/eu-west-1.json'), 'eu-west-1.json');
const KEPT = 'docs/measurements/0.2.0/quiet.json';
const kept: QuietRun = QUIET_RUN.parse(read(KEPT), KEPT);

const aCall = (over: Partial<CallLine> = {}): CallLine => ({
  by: 'node',
  name: 'node',
  service: 's3',
  operation: 'GetObject',
  what: 'control/shards/#/assignment.json',
  count: 100,
  ...over,
});
const RAN = { name: 'health-check', requests: 1, seconds: 100, logBytes: 0, logLines: 0 };
const aRun = (calls: readonly CallLine[], over: Partial<QuietRun> = {}): QuietRun => ({
  version: 1,
  day: '2026-11-28',
  seconds: 100,
  nodes: 2,
  shards: 1,
  calls,
  functions: [RAN],
  metrics: [],
  ...over,
});
const HEALTH_CHECK = { name: 'health-check', memoryMiB: 512, isArm: true };
const priced = (run: QuietRun, size = { nodes: 2, shards: 1 }, functions = [HEALTH_CHECK]) =>
  costReport(quantitiesOfRun(run, functions, size), prices, run.day);

test('each logged call of the kept run is priced or named free, and the sums agree with the log', () => {
  const functions = kept.functions.map(({ name }) => ({ ...HEALTH_CHECK, name }));
  const { items } = priced(kept, kept, functions);
  const months = SECONDS_OF_MONTH / kept.seconds;
  const requests = items
    .filter(({ name }) => name.startsWith('S3 requests'))
    .reduce((sum, { counted }) => sum + counted, 0);
  const logged = kept.calls.filter((call) => priceOfCall(call) !== null).reduce((sum, { count }) => sum + count, 0);
  expect(logged).toBeGreaterThan(100);
  expect(requests / months).toBeCloseTo(logged, 3);
});

test("a plane's sum is that of its items, each of them so many times its price", () => {
  const report = priced(aRun([aCall(), aCall({ what: 'blocks/*/meta.json', operation: 'PutObject' })]));
  for (const plane of ['control', 'data'] as const) {
    const sum = report.items.filter((item) => item.plane === plane).reduce((all, { amount }) => all + amount, 0);
    expect(report.monthly[plane === 'control' ? 'controlPlane' : 'dataPlane']).toBeCloseTo(sum, 9);
    expect(sum).toBeGreaterThan(0);
  }
  for (const { amount, counted, price } of report.items) expect(amount).toBeCloseTo(counted * price, 9);
  expect(renderCost(report)).toContain(`${report.monthly.controlPlane.toFixed(2)} USD a month, control plane`);
});

test('a second of a month costs what AWS says', () => {
  // One GET a second, and half a GB all the time.
  const { items } = priced(aRun([aCall()]));
  expect(items.find(({ name }) => name === 'S3 requests of nodes')!.amount).toBeCloseTo(1.05, 2);
  expect(items.find(({ unit }) => unit === 'GB-s')!.amount).toBeCloseTo(17.52, 2);
});

test.each([
  ['another service', { service: 'bedrock', operation: 'InvokeModel' }],
  ['another operation of a known one', { service: 's3', operation: '?' }],
])('a call that is neither priced nor free is refused: %s', (_, call) => {
  expect(() => priced(aRun([aCall(call)]))).toThrow(/neither priced nor named free[\s\S]*lib\/core\/costs\/calls\.ts/);
});

test('what is deleted costs nothing', () => {
  expect(priced(aRun([aCall({ operation: 'DeleteObject' })])).items.map(({ name }) => name)).not.toContain(
    'S3 requests of nodes',
  );
});

test('calls grow with what makes them', () => {
  const count = (call: Partial<CallLine>, size: { nodes: number; shards: number }): number =>
    priced(aRun([aCall(call)]), size).items.find(({ name }) => name.startsWith('S3'))!.counted;
  const times = (call: Partial<CallLine>, size: { nodes: number; shards: number }): number =>
    count(call, size) / count(call, { nodes: 2, shards: 1 });
  expect(times({}, { nodes: 3, shards: 1 })).toBeCloseTo(1.5);
  // What each node reads of each other one.
  expect(times({ what: 'control/nodes/#/prometheus-#.json' }, { nodes: 4, shards: 2 })).toBeCloseTo(6);
  const byFunction = { by: 'function', name: 'health-check' } as const;
  expect(
    times({ ...byFunction, operation: 'PutObject', what: 'control/heartbeats/#.json' }, { nodes: 6, shards: 2 }),
  ).toBe(2);
  expect(times({ ...byFunction, what: 'control/nodes/#/prometheus-#.json' }, { nodes: 6, shards: 2 })).toBe(3);
  expect(times({ by: 'task', name: 'store', what: 'blocks/' }, { nodes: 6, shards: 2 })).toBe(1);
});

test('functions that are not deployed call nothing, and one that was not there is not guessed', () => {
  const other = aRun([aCall({ by: 'function', name: 'route-queries' })]);
  expect(priced(other).items.map(({ name }) => name)).not.toContain('S3 requests of route-queries');
  expect(() => priced(other, undefined, [{ ...HEALTH_CHECK, name: 'shed-load' }])).toThrow(/measure -- quiet/);
});

test('metrics of a shard are as many as there are shards', () => {
  const metrics = [
    { function: 'health-check', name: 'A' },
    { function: 'route-queries', name: 'B' },
  ];
  const functions = [HEALTH_CHECK, { ...HEALTH_CHECK, name: 'route-queries' }];
  const run = aRun([], { metrics, functions: functions.map(({ name }) => ({ ...RAN, name })) });
  const counted = priced(run, { nodes: 6, shards: 2 }, functions).items.find(({ name }) => name === 'metrics');
  expect(counted).toMatchObject({ counted: 3, price: 0.3 });
});

test('of resources what has no price of its own is free by name, and anything else is refused', () => {
  const of = (Type: string, Properties: object = {}) =>
    quantitiesOfTemplates([{ Resources: { it: { Type, Properties } } }]);
  expect(of('AWS::IAM::Role')).toEqual([]);
  expect(of('AWS::CloudWatch::Alarm', { Period: 10 })).toMatchObject([
    { rate: 'alarmHighResolutionMonth', plane: 'control' },
  ]);
  expect(of('AWS::CloudWatch::Alarm', { Period: 60 })).toMatchObject([{ rate: 'alarmMonth' }]);
  expect(() => of('AWS::RDS::DBInstance')).toThrow(/neither priced nor named free/);
});

test('an instance type without a price is refused, with the way to give one', () => {
  const node = { LaunchTemplateData: { InstanceType: 'x9.huge' } };
  const quantities = quantitiesOfTemplates([
    { Resources: { it: { Type: 'AWS::EC2::LaunchTemplate', Properties: node } } },
  ]);
  expect(() => costReport(quantities, prices, '')).toThrow(/x9\.huge[\s\S]*--prices FILE/);
});
