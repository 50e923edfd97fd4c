import { createServer as createHttp } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { s3RemedyStore } from '../../../lib/shell/assignment/remedy-store';
import type { RemedyTarget } from '../../../lib/contract/documents/remedy';
import { ENV } from '../../../lib/contract/environment';
import { eventually, freePort } from '../agent/agent-tools';
import { BUCKET } from './function-lab';
import { call, HOST, redisAt, RedisLab } from './redis-lab';

const PASSWORD = 's3cret "quoted"';

/** What it sees, and when it is in. */
const lab = new RedisLab();
beforeAll(() => lab.start());
afterAll(() => lab.stop());

test('tries until Redis is back, says what it saw each time, and measures it', async () => {
  const port = await freePort();
  const { runner, lines, saw } = lab.deploy([redisAt(port)]);
  const calling = call(runner, `redis-${port}`);
  await eventually('three attempts', () => saw().length >= 3);
  await lab.startRedis(port);
  const backAt = Date.now();
  const { value } = await calling;
  expect(Date.now() - backAt).toBeLessThan(5_000);
  expect(value).toMatchObject({ acted: true, reconnected: true, because: expect.stringContaining('refused') });
  expect(new Set(saw().slice(0, -1))).toEqual(new Set(['refused']));
  expect(saw().at(-1)).toBe('answers');
  expect(lines).toContainEqual(expect.objectContaining({ RemedyReconnected: 1, RemedyGaveUp: 0 }));
  expect(lines).toContainEqual(expect.objectContaining({ RemedyAttempts: 1, Remedy: `redis-${port}` }));
  const kept = await s3RemedyStore(lab.functions.s3, BUCKET, 0, 5_000).read(`redis-${port}`);
  expect(kept!.record).toMatchObject({ holder: null, outcome: { reconnected: true } });
});

test('a password: without it and with a wrong one it is given up early, with the right one it is in', async () => {
  const port = await freePort();
  await lab.startRedis(port, '--requirepass', PASSWORD);
  const name = `redis-${port}`;
  const none = lab.deploy([redisAt(port)]);
  expect((await call(none.runner, name)).value).toMatchObject({
    reconnected: false,
    because: expect.stringContaining('NOAUTH'),
  });
  expect(none.saw()).toEqual(Array(5).fill('authentication'));
  expect(none.lines).toContainEqual(expect.objectContaining({ RemedyGaveUp: 1 }));
  const wrong = lab.deploy([redisAt(port)], { [ENV.remedyPassword(name)]: 'wrong' });
  expect((await call(wrong.runner, name)).value).toMatchObject({ because: expect.stringContaining('WRONGPASS') });
  const right = lab.deploy([redisAt(port, { username: 'default' })], { [ENV.remedyPassword(name)]: PASSWORD });
  expect((await call(right.runner, name)).value).toMatchObject({ reconnected: true });
  const told = JSON.stringify([none.lines, wrong.lines, right.lines]);
  expect(told).not.toContain('s3cret');
});

test('a replica is not what is wanted, unless any will do', async () => {
  const [primary, replica] = [await freePort(), await freePort()];
  await lab.startRedis(primary);
  await lab.startRedis(replica, '--replicaof', HOST, String(primary));
  // 20 s of function: it gives up 15 s before the end of its time.
  const strict = lab.hasty([redisAt(replica)], 20_000);
  expect((await call(strict.runner, `redis-${replica}`)).value).toMatchObject({
    reconnected: false,
    because: expect.stringContaining('a primary is wanted'),
  });
  expect(strict.saw()).toEqual(expect.arrayContaining(['read-only replica']));
  const any = lab.deploy([redisAt(replica, { role: 'any' })]);
  expect((await call(any.runner, `redis-${replica}`)).value).toMatchObject({ reconnected: true });
});

test('one that hangs accepts connections and is silent: timed out, and found again when it goes on', async () => {
  const port = await freePort();
  const redis = await lab.startRedis(port);
  redis.kill('SIGSTOP');
  const { runner, saw } = lab.deploy([redisAt(port)]);
  const calling = call(runner, `redis-${port}`);
  await eventually('two attempts', () => saw().length >= 2);
  expect(saw()[0]).toBe('timed out');
  redis.kill('SIGCONT');
  expect((await calling).value).toMatchObject({ reconnected: true });
});

test('says what else can be seen: loading, closed, not Redis, a name that nobody knows', async () => {
  const answering = async (text: string | null): Promise<number> => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      if (text === null) socket.destroy();
      else socket.on('data', () => socket.write(text));
    }).listen(0, HOST);
    lab.functions.serve(server);
    await new Promise((resolve) => server.once('listening', resolve));
    return (server.address() as AddressInfo).port;
  };
  const targets: [RemedyTarget, string][] = [
    [redisAt(await answering('-LOADING Redis is loading the dataset in memory\r\n')), 'loading'],
    [redisAt(await answering(null)), 'closed'],
    [redisAt(await answering('HTTP/1.1 400 Bad Request\r\n\r\n')), 'unexpected'],
    [{ name: 'nowhere', connect: { kind: 'redis', host: 'nowhere.invalid', port: 1 } }, 'name unknown'],
  ];
  const { runner, lines } = lab.hasty(
    targets.map(([target]) => target),
    16_500,
  );
  await Promise.all(targets.map(([{ name }]) => call(runner, name)));
  for (const [{ name }, expected] of targets) {
    const seen = lines.find((l) => l.event === 'remedy-attempt' && l.remedy === name);
    expect({ name, saw: seen?.saw }).toEqual({ name, saw: expected });
  }
});

test('plain TCP and HTTP; a redirection is not followed', async () => {
  const server = createHttp((request, response) => {
    if (request.url === '/well') response.writeHead(204).end();
    else response.writeHead(302, { location: '/well' }).end();
  }).listen(0, HOST);
  lab.functions.serve(server);
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const http = (name: string, path: string): RemedyTarget => ({
    name,
    connect: { kind: 'http', url: `http://${HOST}:${port}${path}`, status: 204 },
  });
  const targets = [{ name: 'tcp', connect: { kind: 'tcp', host: HOST, port } } as const, http('http', '/well')];
  const { runner, lines } = lab.hasty([...targets, http('elsewhere', '/moved')], 16_500);
  for (const { name } of targets) expect((await call(runner, name)).value).toMatchObject({ reconnected: true });
  expect((await call(runner, 'elsewhere')).value).toMatchObject({ reconnected: false });
  expect(lines).toContainEqual(expect.objectContaining({ saw: 'unexpected', detail: 'HTTP 302, expected 204' }));
});
