import { readPromoteRequest as readPromotion } from '../../../lambdas/promote-alerting/request';
import { handler as reconnect } from '../../../lambdas/reconnect-redis/handler';
import { handler as relay } from '../../../lambdas/relay/handler';
import { readRemedyRequest as readRemedy } from '../../../lambdas/reconnect-redis/request';
import { readRoutingRequest } from '../../../lambdas/route-queries/request';
import { reasonToIgnore } from '../../../lambdas/shed-load/request';
import { askedForMs } from '../../../lambdas/shared/loop';
import type { RemedyTarget } from '../../../lib/contract/documents/remedy';

const alarm = (value: string): unknown => ({
  source: 'aws.cloudwatch',
  alarmData: { alarmName: 'load-high', state: { value } },
});
const TARGET: RemedyTarget = { name: 'redis', connect: { kind: 'redis', host: 'redis', port: 6379 } };

const NONSENSE: unknown[] = [
  undefined,
  null,
  42,
  'schedule',
  [],
  {},
  { source: 'somebody' },
  { source: 'aws.cloudwatch' },
  { source: 'aws.cloudwatch', alarmData: null },
  { source: 'aws.cloudwatch', alarmData: {} },
  { source: 'aws.cloudwatch', alarmData: { alarmName: 'a', state: null } },
  { source: 'aws.cloudwatch', alarmData: { alarmName: 'a', state: {} } },
];

describe.each(NONSENSE.map((event) => [JSON.stringify(event) ?? 'nothing', event]))('%s', (got, event) => {
  test.each([
    ['promote-alerting', () => readPromotion(event, ['a'])],
    ['shed-load', () => reasonToIgnore(event)],
    ['route-queries', () => readRoutingRequest(event)],
    ['reconnect-redis', () => readRemedy(event, new Map([['redis', TARGET]]))],
  ])('is refused by %s, which says what it got and what it knows', (_, read) => {
    let said = '';
    try {
      read();
    } catch (error) {
      const { name, message } = error as Error;
      said = `${name}: ${message}`;
    }
    expect(said).toMatch(/^UserError: /);
    expect(said).toContain(`got:      ${got}`);
    expect(said).toMatch(/expected: .*source/);
  });
});

test('only an alarm that rings is acted on', () => {
  expect(readPromotion(alarm('ALARM'), [])).toEqual({ request: { caller: 'alarm' } });
  expect(readPromotion(alarm('OK'), [])).toEqual({ ignore: 'load-high is OK: nothing to do.' });
  expect(readRoutingRequest(alarm('ALARM'))).toEqual({ kind: 'once' });
  expect(readRoutingRequest(alarm('OK'))).toMatchObject({ kind: 'ignore' });
  expect(reasonToIgnore(alarm('ALARM'))).toBeNull();
  expect(reasonToIgnore(alarm('OK'))).toBe('load-high is OK: nothing to do.');
});

test('health-check and the schedule ask for looks that end', () => {
  const due = { source: 'health-check', forMs: 42_000 };
  expect(readRoutingRequest(due)).toEqual({ kind: 'loop', forMs: 42_000 });
  expect(readRoutingRequest({ source: 'schedule' })).toEqual({ kind: 'loop', forMs: 60_000 });
  expect(reasonToIgnore(due)).toBeNull();
  expect(askedForMs(due)).toBe(42_000);
  for (const other of [alarm('ALARM'), { source: 'operator' }, { source: 'health-check' }, null])
    expect(askedForMs(other)).toBeNull();
});

test('the daily call is no request', async () => {
  expect(readPromotion({ source: 'schedule' }, ['a'])).toEqual({ request: { caller: 'alarm' } });
  const context = { getRemainingTimeInMillis: () => 1_000, awsRequestId: 'x' };
  expect(await reconnect({ source: 'wake' }, context)).toMatchObject({ acted: false, reconnected: false });
  expect(await relay({ source: 'wake' })).toMatchObject({ status: null });
});

test('a remedy is called by its name; an address in the event is of no account', () => {
  const event = { source: 'agent', remedy: 'redis', connect: { kind: 'tcp', host: 'evil', port: 1 }, host: 'evil' };
  expect(readRemedy(event, new Map([['redis', TARGET]]))).toEqual({ target: TARGET, source: 'agent' });
  for (const remedy of ['Redis', 'redis ', '__proto__', 'constructor', ['redis'], null])
    expect(() => readRemedy({ ...event, remedy }, new Map([['redis', TARGET]]))).toThrow(/not configured/);
});
