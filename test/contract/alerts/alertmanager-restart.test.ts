import { statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { postAlerts } from '../../../agent/alerts/alertmanager';
import { setAsideUnreadable } from '../../../agent/process/alertmanager-files';
import { sleep } from '../../../agent/base/loop';
import { eventually } from '../agent/agent-tools';
import { Alertmanagers } from './alertmanagers';

/** What real Alertmanagers do after an end that nobody asked for. */
const INHIBITS = `inhibit_rules: [{ source_matchers: ['alertname = Source'], target_matchers: ['alertname = Target'] }]\n`;
const alertmanagers = new Alertmanagers(500, 1_000, INHIBITS);
const [A, B, C] = ['127.31.9.1', '127.31.9.2', '127.31.9.3'] as const;
beforeAll(() => alertmanagers.prepare());
afterAll(() => alertmanagers.stop());

const answers = (api: string) => eventually(`${api} answers`, async () => (await fetch(`http://${api}/-/ready`)).ok);

test('an inhibited alert is not told because it came first to one that was started anew', async () => {
  const api = alertmanagers.start(A, []);
  const startsAt = new Date(Date.now() - 60_000).toISOString();
  const endsAt = new Date(Date.now() + 600_000).toISOString();
  const post = (alertname: string) => postAlerts(api, [{ labels: { alertname }, startsAt, endsAt }]);
  // Gates post nothing before that.
  await alertmanagers.settled([api]);
  await post('Target');
  // A group whose first alert began long ago is not waited for.
  await sleep(500);
  await post('Source');
  await eventually('the one that inhibits is told', () => alertmanagers.told('Source').length > 0);
  await sleep(2_000);
  expect(alertmanagers.told('Target')).toEqual([]);
  await alertmanagers.kill([A]);
}, 60_000);

test('one whose silences are cut in half is started again, and has them from the other one', async () => {
  const apis = [alertmanagers.start(B, []), alertmanagers.start(C, [B])];
  await alertmanagers.settled(apis);
  const silence = {
    matchers: [{ name: 'alertname', value: 'Quiet', isRegex: false, isEqual: true }],
    startsAt: new Date().toISOString(),
    endsAt: new Date(Date.now() + 3_600_000).toISOString(),
    createdBy: 'test',
    comment: 'kept',
  };
  const body = JSON.stringify(silence);
  const headers = { 'Content-Type': 'application/json' };
  expect((await fetch(`http://${apis[1]}/api/v2/silences`, { method: 'POST', headers, body })).ok).toBe(true);
  const paths = alertmanagers.pathsOf(C);
  const file = join(paths.data, 'alertmanager', 'silences');
  const size = () => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  await eventually('it is on disk', () => size() > 0);
  const silences = async (api: string) =>
    ((await (await fetch(`http://${api}/api/v2/silences`)).json()) as unknown[]).length;
  await eventually('the other one has it', async () => (await silences(apis[0]!)) === 1);
  await alertmanagers.kill([C]);
  truncateSync(file, Math.floor(size() / 2));
  alertmanagers.start(C, [B]);
  await alertmanagers.ended(C);
  const said: string[] = [];
  await setAsideUnreadable(paths, (_, event) => void said.push(event));
  expect(said).toEqual(['alertmanager-file-set-aside']);
  alertmanagers.start(C, [B]);
  await answers(apis[1]!);
  await eventually('it has the silence again', async () => (await silences(apis[1]!)) === 1);
  // Nothing to do after an end that is not about a file.
  await setAsideUnreadable(paths, (_, event) => void said.push(event));
  expect(said).toHaveLength(1);
}, 90_000);
