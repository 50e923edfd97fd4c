import { Silences } from '../../../lib/cli/cluster/silences';
import { Unreachable } from '../../../lib/cli/exit';
import { UserError } from '../../../lib/contract/errors';
import { newSilence } from '../../../lib/core/alerts/silences';
import { askSilences } from '../../../lib/shell/alertmanager/silences';
import { Alertmanagers } from './alertmanagers';

/** `promha silence` and two real Alertmanagers of one cluster. */
const alertmanagers = new Alertmanagers(500, 1_000);
const [first, second] = ['127.31.8.1', '127.31.8.2'] as const;
let silences: Silences;

beforeAll(async () => {
  await alertmanagers.prepare();
  const apis = [alertmanagers.start(first, []), alertmanagers.start(second, [first])];
  await alertmanagers.settled(apis);
  silences = new Silences(
    apis.map((api) => `http://${api}`),
    askSilences,
  );
}, 60_000);
afterAll(() => alertmanagers.stop());

const asked = (...matchers: string[]) =>
  newSilence({ matchers, for: '5m', comment: 'a "test"', by: 'me@here' }, Date.now());

test('one that is made is known by both, listed as it was asked for, and ends for both', async () => {
  const { id, known } = await silences.add(asked('RedisDown', 'instance=~"10\\.0\\..*"', 'job!=x'));
  expect(known).toEqual({ by: 2, of: 2 });
  const [told, ...more] = await silences.list();
  expect(more).toEqual([]);
  expect(told).toMatchObject({ id, status: { state: 'active' }, createdBy: 'me@here', comment: 'a "test"' });
  expect(told!.matchers).toEqual([
    { name: 'alertname', value: 'RedisDown', isRegex: false, isEqual: true },
    { name: 'instance', value: '10\\.0\\..*', isRegex: true, isEqual: true },
    { name: 'job', value: 'x', isRegex: false, isEqual: false },
  ]);
  await silences.expire(id);
  expect((await silences.list()).map(({ status }) => status.state)).toEqual(['expired']);
}, 30_000);

test('what Alertmanager does not take is said in its words', async () => {
  for (const [silence, says] of [
    [asked('job=~"("'), /HTTP 400.*regex/s],
    [asked('job=""'), /HTTP 400/],
  ] as const)
    await expect(silences.add(silence)).rejects.toThrow(says);
  await expect(silences.expire('11111111-2222-4333-8444-555555555555')).rejects.toThrow(/no such silence/);
  await expect(silences.expire('../silences')).rejects.toBeInstanceOf(UserError);
});

test('one that is down is passed over; none at all is said, with why', async () => {
  await alertmanagers.kill([first]);
  const { known } = await silences.add(asked('Other'));
  expect(known).toEqual({ by: 1, of: 2 });
  await alertmanagers.kill([second]);
  const error = await silences.list().catch((e: unknown) => e);
  expect(error).toBeInstanceOf(Unreachable);
  expect((error as Error).message).toContain('ECONNREFUSED');
}, 30_000);
