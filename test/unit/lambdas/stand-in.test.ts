import { standIn } from '../../../lambdas/shared/stand-in';
import { HEARTBEAT } from '../../../lib/contract/documents/announcement';
import { ALARM_EVENT, SCHEDULE_EVENT } from '../../../lib/contract/documents/events';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const alarm = (value: string): unknown => ({
  source: 'aws.cloudwatch',
  alarmData: { alarmName: 'control-plane-silent', state: { value } },
});
const SCHEDULE = { source: 'schedule' };
const beat = (agoS: number): string =>
  HEARTBEAT.serialize({ version: 1, at: new Date(NOW - agoS * 1_000).toISOString(), invocation: 'test' });

/** What each of the heartbeats makes of a call, one after the other; an Error: S3 does not answer. */
async function standsIn(event: unknown, ...heartbeats: (string | null | Error)[]): Promise<boolean[]> {
  let heartbeat: string | null | Error = null;
  const readHeartbeat = async (): Promise<string | null> => {
    if (heartbeat instanceof Error) throw heartbeat;
    return heartbeat;
  };
  const asks = standIn(event, { store: { readHeartbeat }, policy: { heartbeatStaleMs: 12_000 }, now: () => NOW });
  const answers: boolean[] = [];
  for (heartbeat of heartbeats) answers.push(await asks());
  return answers;
}

beforeEach(() => void jest.spyOn(console, 'log').mockImplementation(() => undefined));
afterEach(() => jest.restoreAllMocks());

test.each([SCHEDULE, alarm('ALARM')])('while health-check is silent, and not longer: %j', async (event) => {
  expect([SCHEDULE_EVENT.is(event), ALARM_EVENT.is(event)].filter(Boolean)).toHaveLength(1);
  expect(await standsIn(event, beat(0))).toEqual([false]);
  expect(await standsIn(event, beat(12))).toEqual([false]);
  expect(await standsIn(event, beat(13), beat(600), beat(1))).toEqual([true, true, false]);
  expect(await standsIn(event, null)).toEqual([true]);
});

test('where the heartbeat cannot be read, as before', async () => {
  expect(await standsIn(SCHEDULE, new Error('S3 is silent'))).toEqual([false]);
  expect(await standsIn(SCHEDULE, beat(60), new Error('S3 is silent'), '{"at":', beat(1))).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

test.each([alarm('OK'), { source: 'operator' }, { source: 'health-check', forMs: 60_000 }])(
  'nobody else is kept waiting: %j',
  async (event) => expect(await standsIn(event, beat(600))).toEqual([false]),
);
