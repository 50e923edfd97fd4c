import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp, type Server as HttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { bundle } from '../../../lib/infra/constructs/control/bundle';
import { remediesEntry } from '../../../lib/infra/constructs/control/remedies-entry';
import { s3RemedyStore } from '../../../lib/shell/assignment/remedy-store';
import { s3ControlStore } from '../../../lib/shell/assignment/store';
import { DEFAULT_POLICY } from '../../../lib/contract/documents/policy';
import type { RemedyTarget } from '../../../lib/contract/documents/remedy';
import { ENV } from '../../../lib/contract/environment';
import { promoted } from '../../../lib/core/failover/promoted';
import { withLease } from '../../../lib/core/remedies/remedy-lease';
import { FunctionRunner } from '../../../local/run/functions/function';
import { resolveTools } from '../../../local/tools';
import { eventually, freePort, startEmulator } from '../agent/agent-tools';

/** The bundled function against a real Redis that is down, locked, a replica, or hung; S3 by the emulator. */
const ROOT = join(__dirname, '../../..');
const BUCKET = 'control';
const HOST = '127.0.0.1';
const PASSWORD = 's3cret "quoted"';

let emulator: { url: string; process: ChildProcess };
let redisServer: { path: string; env: Readonly<Record<string, string>> };
let dir: string;
let node: string;
let entry: string;
let s3: S3Client;
const started: ChildProcess[] = [];
const servers: (Server | HttpServer)[] = [];
const runners: FunctionRunner[] = [];

interface Line {
  readonly event?: string;
  readonly saw?: string;
  readonly detail?: string;
  readonly because?: string;
  readonly [field: string]: unknown;
}

/** One function with these targets, and the lines it writes. */
function deploy(
  targets: readonly RemedyTarget[],
  more: Record<string, string> = {},
  file = entry,
  timeoutMs = 60_000,
): { runner: FunctionRunner; lines: Line[]; saw: () => string[] } {
  const lines: Line[] = [];
  const runner = new FunctionRunner(
    {
      name: 'reconnect-redis',
      arn: 'reconnect-redis',
      entry: file,
      timeoutMs,
      environment: {
        [ENV.cluster]: 'test',
        [ENV.shard]: '0',
        [ENV.controlBucket]: BUCKET,
        [ENV.policy]: JSON.stringify({ ...DEFAULT_POLICY, storeTimeoutMs: 5_000 }),
        [ENV.remedies]: JSON.stringify(targets),
        ...more,
      },
    },
    {
      env: {
        AWS_ACCESS_KEY_ID: 'x',
        AWS_SECRET_ACCESS_KEY: 'x',
        AWS_REGION: 'eu-west-1',
        AWS_ENDPOINT_URL: emulator.url,
        PATH: process.env.PATH!,
      },
      node,
      log: join(dir, 'function.log'),
      onLine: (line) => void lines.push(JSON.parse(line) as Line),
      onInvocation: () => undefined,
    },
  );
  runners.push(runner);
  return { runner, lines, saw: () => lines.filter((l) => l.event === 'remedy-attempt').map((l) => l.saw!) };
}

async function startRedis(port: number, ...args: string[]): Promise<ChildProcess> {
  const child = spawn(redisServer.path, ['--bind', HOST, '--port', String(port), '--save', '', ...args], {
    cwd: dir,
    env: { ...process.env, ...redisServer.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await eventually(`Redis at ${port}`, () => /Ready to accept connections|Connecting to MASTER/.test(said));
  return child;
}

const redisAt = (port: number, more: object = {}): RemedyTarget => ({
  name: `redis-${port}`,
  connect: { kind: 'redis', host: HOST, port, ...more },
});
const call = (runner: FunctionRunner, remedy: string): ReturnType<FunctionRunner['invoke']> =>
  runner.invoke({ source: 'agent', remedy, node: 'node-1' });

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'promha-reconnect-'));
  const tools = await resolveTools(['moto_server', 'redis-server', 'node']);
  node = tools.node.path;
  redisServer = tools['redis-server'];
  emulator = await startEmulator(tools.moto_server.path);
  s3 = new S3Client({
    endpoint: emulator.url,
    region: 'eu-west-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });
  await s3.send(
    new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
  );
  entry = join(dir, 'function.js');
  writeFileSync(entry, bundle(join(ROOT, 'lambdas/reconnect-redis/handler.ts'), ROOT));
});

afterAll(async () => {
  await Promise.all(runners.map((runner) => runner.halt()));
  for (const child of started) child.kill('SIGKILL');
  for (const server of servers) {
    server.close();
    if ('closeAllConnections' in server) server.closeAllConnections();
  }
  s3?.destroy();
  emulator?.process.kill();
  rmSync(dir, { recursive: true, force: true });
});

describe('reconnect-redis', () => {
  test('tries until Redis is back, says what it saw each time, and measures it', async () => {
    const port = await freePort();
    const { runner, lines, saw } = deploy([redisAt(port)]);
    const calling = call(runner, `redis-${port}`);
    await eventually('three attempts', () => saw().length >= 3);
    await startRedis(port);
    const backAt = Date.now();
    const { value } = await calling;
    expect(Date.now() - backAt).toBeLessThan(5_000);
    expect(value).toMatchObject({ acted: true, reconnected: true, because: expect.stringContaining('refused') });
    expect(new Set(saw().slice(0, -1))).toEqual(new Set(['refused']));
    expect(saw().at(-1)).toBe('answers');
    expect(lines).toContainEqual(expect.objectContaining({ RemedyReconnected: 1, RemedyGaveUp: 0 }));
    expect(lines).toContainEqual(expect.objectContaining({ RemedyAttempts: 1, Remedy: `redis-${port}` }));
    const kept = await s3RemedyStore(s3, BUCKET, 0, 5_000).read(`redis-${port}`);
    expect(kept!.record).toMatchObject({ holder: null, outcome: { reconnected: true } });
  });

  test('ten calls at once: one tries, the others leave it to that one', async () => {
    const port = await freePort();
    const { runner, lines } = deploy([redisAt(port)]);
    const calling = Array.from({ length: 10 }, () => call(runner, `redis-${port}`));
    await eventually(
      'nine that leave it',
      () => lines.filter((l) => l.event === 'remedy-left-to-another').length === 9,
    );
    await startRedis(port);
    const outcomes = (await Promise.all(calling)).map(({ value }) => value as { acted: boolean });
    expect(outcomes.filter(({ acted }) => acted)).toHaveLength(1);
  });

  test('takes over from a call that died, but not before its lease has run out', async () => {
    const port = await freePort();
    await startRedis(port);
    const store = s3RemedyStore(s3, BUCKET, 0, 5_000);
    const name = `redis-${port}`;
    const { runner } = deploy([redisAt(port)]);
    const etag = await store.write(withLease(null, name, 'dead', Date.now(), Date.now())!, null);
    expect((await call(runner, name)).value).toMatchObject({ acted: false });
    await store.write(withLease(null, name, 'dead', 0, Date.now() - 31_000)!, etag);
    expect((await call(runner, name)).value).toMatchObject({ acted: true, reconnected: true });
  });

  test('a password: without it and with a wrong one it is given up early, with the right one it is in', async () => {
    const port = await freePort();
    await startRedis(port, '--requirepass', PASSWORD);
    const name = `redis-${port}`;
    const none = deploy([redisAt(port)]);
    expect((await call(none.runner, name)).value).toMatchObject({
      reconnected: false,
      because: expect.stringContaining('NOAUTH'),
    });
    expect(none.saw()).toEqual(Array(5).fill('authentication'));
    expect(none.lines).toContainEqual(expect.objectContaining({ RemedyGaveUp: 1 }));
    const wrong = deploy([redisAt(port)], { [ENV.remedyPassword(name)]: 'wrong' });
    expect((await call(wrong.runner, name)).value).toMatchObject({ because: expect.stringContaining('WRONGPASS') });
    const right = deploy([redisAt(port, { username: 'default' })], { [ENV.remedyPassword(name)]: PASSWORD });
    expect((await call(right.runner, name)).value).toMatchObject({ reconnected: true });
    const told = JSON.stringify([none.lines, wrong.lines, right.lines]);
    expect(told).not.toContain('s3cret');
  });

  test('a replica is not what is wanted, unless any will do', async () => {
    const [primary, replica] = [await freePort(), await freePort()];
    await startRedis(primary);
    await startRedis(replica, '--replicaof', HOST, String(primary));
    // 20 s of function: it gives up 15 s before the end of its time.
    const strict = deploy([redisAt(replica)], {}, entry, 20_000);
    expect((await call(strict.runner, `redis-${replica}`)).value).toMatchObject({
      reconnected: false,
      because: expect.stringContaining('a primary is wanted'),
    });
    expect(strict.saw()).toEqual(expect.arrayContaining(['read-only replica']));
    const any = deploy([redisAt(replica, { role: 'any' })]);
    expect((await call(any.runner, `redis-${replica}`)).value).toMatchObject({ reconnected: true });
  });

  test('one that hangs accepts connections and is silent: timed out, and found again when it goes on', async () => {
    const port = await freePort();
    const redis = await startRedis(port);
    redis.kill('SIGSTOP');
    const { runner, saw } = deploy([redisAt(port)]);
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
      servers.push(server);
      await new Promise((resolve) => server.once('listening', resolve));
      return (server.address() as AddressInfo).port;
    };
    const targets: [RemedyTarget, string][] = [
      [redisAt(await answering('-LOADING Redis is loading the dataset in memory\r\n')), 'loading'],
      [redisAt(await answering(null)), 'closed'],
      [redisAt(await answering('HTTP/1.1 400 Bad Request\r\n\r\n')), 'unexpected'],
      [{ name: 'nowhere', connect: { kind: 'redis', host: 'nowhere.invalid', port: 1 } }, 'name unknown'],
    ];
    const { runner, lines } = deploy(
      targets.map(([target]) => target),
      {},
      entry,
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
    servers.push(server);
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const http = (name: string, path: string): RemedyTarget => ({
      name,
      connect: { kind: 'http', url: `http://${HOST}:${port}${path}`, status: 204 },
    });
    const targets = [{ name: 'tcp', connect: { kind: 'tcp', host: HOST, port } } as const, http('http', '/well')];
    const { runner, lines } = deploy([...targets, http('elsewhere', '/moved')], {}, entry, 16_500);
    for (const { name } of targets) expect((await call(runner, name)).value).toMatchObject({ reconnected: true });
    expect((await call(runner, 'elsewhere')).value).toMatchObject({ reconnected: false });
    expect(lines).toContainEqual(expect.objectContaining({ saw: 'unexpected', detail: 'HTTP 302, expected 204' }));
  });

  test('connects to nothing that an event says', async () => {
    const { runner, saw } = deploy([redisAt(1)]);
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
    writeFileSync(
      join(dir, 'hook.ts'),
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
      hook: { module: relative(ROOT, join(dir, 'hook.ts')), after: '1s', allow: [] },
    };
    const file = join(dir, 'hooked.js');
    const from = remediesEntry(join(ROOT, 'lambdas/reconnect-redis/handler.ts'), ROOT, [remedy]);
    writeFileSync(file, bundle(from, ROOT));
    const { runner, lines, saw } = deploy([{ ...redisAt(port), hookAfterMs: 1_000 }], {}, file);
    const calling = call(runner, name);
    await eventually('the hook', () => lines.some((l) => l.event === 'remedy-hook-ended'));
    const before = saw().length;
    expect(before).toBeGreaterThanOrEqual(2);
    await eventually('more attempts', () => saw().length > before + 1);
    await startRedis(port);
    expect((await calling).value).toMatchObject({ reconnected: true });
    const ended = lines.filter((l) => l.event === 'remedy-hook-ended');
    expect(ended.map(({ because }) => because)).toEqual([
      expect.stringMatching(/restarted it, call 1 after [2-9] att/),
    ]);
  });

  test('tries all the same when the control bucket is out of reach', async () => {
    const port = await freePort();
    await startRedis(port);
    const { runner, lines } = deploy([redisAt(port)], { [ENV.controlBucket]: 'there-is-no-such-bucket' });
    expect((await call(runner, `redis-${port}`)).value).toMatchObject({ acted: true, reconnected: true });
    expect(lines).toContainEqual(expect.objectContaining({ event: 'lease-unknown' }));
  });

  test('is left alone during a pause, unless an operator asks for it', async () => {
    const port = await freePort();
    await startRedis(port);
    const control = s3ControlStore(s3, BUCKET, 0, 5_000);
    const assigned = promoted(
      null,
      { active: 'node-1', reason: 'test', by: 'operator', appliedEpoch: 0 },
      Date.now(),
      0,
    );
    const paused = { by: 'me', since: '2027-01-01T00:00:00Z', reason: 'new disks' };
    expect(await control.writeAssignment({ ...assigned, paused }, null)).toBe('written');
    const { runner, saw } = deploy([redisAt(port)]);
    expect((await call(runner, `redis-${port}`)).value).toMatchObject({
      acted: false,
      because: expect.stringContaining('paused by me'),
    });
    expect(saw()).toEqual([]);
    const asked = await runner.invoke({ source: 'operator', remedy: `redis-${port}` });
    expect(asked.value).toMatchObject({ reconnected: true });
  });
});
