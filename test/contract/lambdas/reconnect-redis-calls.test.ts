import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { remediesEntry } from '../../../lib/infra/constructs/control/remedies-entry';
import { s3RemedyStore } from '../../../lib/shell/assignment/remedy-store';
import { ENV } from '../../../lib/contract/environment';
import { promoted } from '../../../lib/core/failover/promoted';
import { withLease } from '../../../lib/core/remedies/remedy-lease';
import { ROOT } from '../../fixtures/config-dir';
import { eventually, freePort } from '../agent/agent-tools';
import { BUCKET } from './function-lab';
import { call, HOST, redisAt, RedisLab } from './redis-lab';

/** Which of its calls try, and what they call. */
const lab = new RedisLab();
beforeAll(() => lab.start());
afterAll(() => lab.stop());

test('ten calls at once: one tries, the others leave it to that one', async () => {
  const port = await freePort();
  const { runner, lines } = lab.deploy([redisAt(port)]);
  const calling = Array.from({ length: 10 }, () => call(runner, `redis-${port}`));
  await eventually('nine that leave it', () => lines.filter((l) => l.event === 'remedy-left-to-another').length === 9);
  await lab.startRedis(port);
  const outcomes = (await Promise.all(calling)).map(({ value }) => value as { acted: boolean });
  expect(outcomes.filter(({ acted }) => acted)).toHaveLength(1);
});

test('takes over from a call that died, but not before its lease has run out', async () => {
  const port = await freePort();
  await lab.startRedis(port);
  const store = s3RemedyStore(lab.functions.s3, BUCKET, 0, 5_000);
  const name = `redis-${port}`;
  const { runner } = lab.deploy([redisAt(port)]);
  const etag = await store.write(withLease(null, name, 'dead', Date.now(), Date.now())!, null);
  expect((await call(runner, name)).value).toMatchObject({ acted: false });
  await store.write(withLease(null, name, 'dead', 0, Date.now() - 31_000)!, etag);
  expect((await call(runner, name)).value).toMatchObject({ acted: true, reconnected: true });
});

test('connects to nothing that an event says', async () => {
  const { runner, saw } = lab.deploy([redisAt(1)]);
  const connect = { kind: 'tcp', host: HOST, port: 1 };
  for (const event of [
    { source: 'agent', remedy: 'other', connect },
    { source: 'agent', remedy: { name: 'x', connect } },
    { source: 'somebody', remedy: 'redis-1' },
    { connect },
    null,
  ]) {
    expect(await runner.invoke(event)).toMatchObject({ ok: false, error: expect.stringContaining('not configured') });
  }
  expect(saw()).toEqual([]);
});

test("calls a user's hook once, after its time, and goes on trying whatever it does", async () => {
  const port = await freePort();
  const name = `redis-${port}`;
  const hook = join(lab.functions.dir, 'hook.ts');
  writeFileSync(
    hook,
    `let calls = 0;
     export default async ({ remedy, attempts }: { remedy: string; attempts: { count: number } }) => {
       calls += 1;
       if (remedy !== ${JSON.stringify(name)}) throw new Error('called for ' + remedy);
       return 'restarted it, call ' + calls + ' after ' + attempts.count + ' attempts';
     };`,
  );
  const remedy = {
    name,
    when: { alert: 'RedisDown' },
    connect: redisAt(port).connect,
    hook: { module: relative(ROOT, hook), after: '1s', allow: [] },
  };
  const entry = remediesEntry(join(ROOT, 'lambdas/reconnect-redis/handler.ts'), ROOT, [remedy]);
  const file = lab.functions.build('hooked', entry);
  const { runner, lines, saw } = lab.deploy([{ ...redisAt(port), hookAfterMs: 1_000 }], {}, file);
  const calling = call(runner, name);
  await eventually('the hook', () => lines.some((l) => l.event === 'remedy-hook-ended'));
  const before = saw().length;
  expect(before).toBeGreaterThanOrEqual(2);
  await eventually('more attempts', () => saw().length > before + 1);
  await lab.startRedis(port);
  expect((await calling).value).toMatchObject({ reconnected: true });
  const ended = lines.filter((l) => l.event === 'remedy-hook-ended');
  expect(ended.map(({ because }) => because)).toEqual([expect.stringMatching(/restarted it, call 1 after [2-9] att/)]);
});

test('tries all the same when the control bucket is out of reach', async () => {
  const port = await freePort();
  await lab.startRedis(port);
  const { runner, lines } = lab.deploy([redisAt(port)], { [ENV.controlBucket]: 'there-is-no-such-bucket' });
  expect((await call(runner, `redis-${port}`)).value).toMatchObject({ acted: true, reconnected: true });
  expect(lines).toContainEqual(expect.objectContaining({ event: 'lease-unknown' }));
});

test('is left alone during a pause, unless an operator asks for it', async () => {
  const port = await freePort();
  await lab.startRedis(port);
  const control = lab.functions.store();
  const assigned = promoted(null, { active: 'node-1', reason: 'test', by: 'operator', appliedEpoch: 0 }, Date.now(), 0);
  const paused = { by: 'me', since: '2027-01-01T00:00:00Z', reason: 'new disks' };
  expect(await control.writeAssignment({ ...assigned, paused }, null)).toBe('written');
  const { runner, saw } = lab.deploy([redisAt(port)]);
  expect((await call(runner, `redis-${port}`)).value).toMatchObject({
    acted: false,
    because: expect.stringContaining('paused by me'),
  });
  expect(saw()).toEqual([]);
  const asked = await runner.invoke({ source: 'operator', remedy: `redis-${port}` });
  expect(asked.value).toMatchObject({ reconnected: true });
});
