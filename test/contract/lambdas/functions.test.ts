import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { buildSync } from 'esbuild';
import { s3ControlStore } from '../../../lib/shell/assignment/store';
import type { Assignment } from '../../../lib/contract/documents/assignment';
import { DEFAULT_POLICY } from '../../../lib/contract/documents/policy';
import { ENV } from '../../../lib/contract/environment';
import { PORTS } from '../../../lib/contract/ports';
import { promoted } from '../../../lib/core/failover/promoted';
import { FunctionRunner } from '../../../local/run/functions/function';
import { resolveTools } from '../../../local/tools';
import { startEmulator } from '../agent/agent-tools';
import { anAgentStatus, anAnnouncement } from '../../fixtures/builders';

/** The bundled functions in their own processes, S3 by the emulator, nodes that answer as we say. */
const BUCKET = 'control';
const ADDRESSES: Record<string, string> = { 'node-1': '127.78.0.1', 'node-2': '127.78.0.2' };
const NODES = Object.keys(ADDRESSES);
const POLICY = {
  ...DEFAULT_POLICY,
  probe: { ...DEFAULT_POLICY.probe, intervalMs: 300, timeoutMs: 200 },
  verifyTimeoutMs: 150,
  // Twenty callers share one emulator with whatever else this machine does.
  storeTimeoutMs: 8_000,
};
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x', AWS_REGION: 'eu-west-1' };

let emulator: { url: string; process: ChildProcess };
let dir: string;
let node: string;
let s3: S3Client;
const servers: Server[] = [];
const isHealthy: Record<string, boolean> = {};
const gateOpen: Record<string, boolean> = {};

function serveNode(node: string): void {
  const answer = (port: number, body: () => string): void => {
    const server = createServer((_, response) => {
      // A node that does not work accepts and is silent, as a hung process is.
      if (isHealthy[node]) response.end(body());
    }).listen(port, ADDRESSES[node]);
    servers.push(server);
  };
  answer(PORTS.prometheus, () => JSON.stringify({ data: { result: [{ metric: {}, value: [0, '0.4'] }] } }));
  answer(PORTS.agent, () =>
    JSON.stringify({
      ...anAgentStatus(node),
      gate: { ...anAgentStatus(node).gate, open: gateOpen[node] },
      ...(node === 'node-2' && {
        watchdog: { receivedAt: null, evaluatedAt: new Date(Date.now() - 7_000).toISOString() },
      }),
    }),
  );
}

function runner(name: string, lines: string[] = []): FunctionRunner {
  const entry = join(dir, `${name}.js`);
  buildSync({
    entryPoints: [join(__dirname, '../../../lambdas', name, 'handler.ts')],
    bundle: true,
    platform: 'node',
    outfile: entry,
  });
  return new FunctionRunner(
    {
      name,
      arn: name,
      entry,
      timeoutMs: 20_000,
      environment: {
        [ENV.cluster]: 'test',
        [ENV.shard]: '0',
        [ENV.controlBucket]: BUCKET,
        [ENV.policy]: JSON.stringify(POLICY),
      },
    },
    {
      env: { ...CREDENTIALS, AWS_ENDPOINT_URL: emulator.url, PATH: process.env.PATH! },
      node,
      log: join(dir, `${name}.log`),
      onLine: (line) => void lines.push(line),
      onInvocation: () => undefined,
    },
  );
}

const store = (): ReturnType<typeof s3ControlStore> => s3ControlStore(s3, BUCKET, 0, 5_000);

/** A fresh assignment of node-1, with both nodes announced. */
async function begin(): Promise<Assignment> {
  const current = await store().readAssignment();
  const next = {
    ...promoted(
      current?.assignment ?? null,
      { active: 'node-1', reason: 'test', by: 'operator', appliedEpoch: 0 },
      Date.now(),
      0,
    ),
    promotions: [],
  };
  expect(await store().writeAssignment(next, current?.etag ?? null)).toBe('written');
  for (const node of NODES) {
    isHealthy[node] = true;
    gateOpen[node] = node === 'node-1';
    await store().writeAnnouncement(anAnnouncement(node, { address: ADDRESSES[node]! }));
  }
  return next;
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'promha-functions-'));
  const tools = await resolveTools(['moto_server', 'node']);
  node = tools.node.path;
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
  await s3.send(new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration: { Status: 'Enabled' } }));
  for (const node of NODES) serveNode(node);
});

afterAll(() => {
  emulator?.process.kill();
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
  rmSync(dir, { recursive: true, force: true });
});

describe('promote-alerting', () => {
  test('does nothing for a healthy active node, and says why', async () => {
    const before = await begin();
    const f = runner('promote-alerting');
    const { ok, value } = await f.invoke({ source: 'operator' });
    await f.halt();
    expect(ok).toBe(true);
    expect(value).toMatchObject({ acted: false, because: expect.stringContaining('node-1 alerts and answers') });
    expect((await store().readAssignment())!.assignment.epoch).toBe(before.epoch);
  });

  test('twenty calls at once, for a node that hangs, write one epoch', async () => {
    const before = await begin();
    isHealthy['node-1'] = false;
    const alarm = { source: 'aws.cloudwatch', alarmData: { alarmName: 'x', state: { value: 'ALARM' } } };
    const runners = [1, 2, 3, 4].map(() => runner('promote-alerting'));
    // 20 events over 4 warm processes would queue: what has to race is the reading and writing, five at a time each.
    const results = await Promise.all(runners.flatMap((f) => [1, 2, 3, 4, 5].map(() => f.invoke(alarm))));
    await Promise.all(runners.map((f) => f.halt()));
    expect(results.map((r) => r.error)).toEqual(Array(20).fill(undefined));
    const { assignment } = (await store().readAssignment())!;
    expect(assignment).toMatchObject({ epoch: before.epoch + 1, active: 'node-2', by: 'alarm' });
    expect(results.filter((r) => (r.value as { acted: boolean }).acted)).toHaveLength(1);
  });

  test('never promotes a node that does not answer', async () => {
    const before = await begin();
    isHealthy['node-1'] = isHealthy['node-2'] = false;
    const f = runner('promote-alerting');
    const { value } = await f.invoke({ source: 'operator' });
    await f.halt();
    expect(value).toMatchObject({ acted: false, because: expect.stringContaining('no other node can take over') });
    expect((await store().readAssignment())!.assignment.epoch).toBe(before.epoch);
  });

  test('ignores an alarm that went back to OK and refuses an event that nobody sends', async () => {
    const f = runner('promote-alerting');
    const okay = await f.invoke({ source: 'aws.cloudwatch', alarmData: { alarmName: 'x', state: { value: 'OK' } } });
    const strange = await f.invoke({ hello: 1 });
    await f.halt();
    expect(okay.value).toMatchObject({ acted: false, because: 'x is OK: nothing to do.' });
    expect(strange).toMatchObject({ ok: false, error: expect.stringContaining('does not know') });
  });
});

describe('health-check', () => {
  test('hands the configuration on, keeps the heartbeat and promotes at the third miss', async () => {
    const before = await begin();
    const lines: string[] = [];
    const f = runner('health-check', lines);
    const pointer = { version: 1, bucket: 'assets', key: 'bundle.json', hash: 'abc1'.repeat(16) } as const;
    const loop = f.invoke({ source: 'schedule', config: pointer });
    const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
      for (const end = Date.now() + 15_000; !(await holds());)
        if (Date.now() > end) throw new Error(`${what}: ${lines.join('\n')}`);
    };
    await until('pointer', async () => (await store().readConfigPointer())?.hash === pointer.hash);
    await until('heartbeat', async () => (await store().readHeartbeat()) !== null);
    isHealthy['node-1'] = false;
    await until('promotion', async () => (await store().readAssignment())!.assignment.active === 'node-2');
    const { assignment } = (await store().readAssignment())!;
    expect(assignment).toMatchObject({ epoch: before.epoch + 1, by: 'health-check' });
    await f.halt();
    await loop;
    const consecutiveFailures = lines
      .map((l) => JSON.parse(l) as { event?: string; node?: string; consecutiveFailures?: number })
      .filter((l) => l.event === 'probe-missed');
    expect(Math.max(...consecutiveFailures.filter((m) => m.node === 'node-1').map((m) => m.consecutiveFailures!))).toBe(
      POLICY.probe.fall,
    );
    const healthy = lines.filter((l) => l.includes('"ActiveNodeHealthy":1'));
    const unhealthy = lines.filter((l) => l.includes('"ActiveNodeHealthy":0'));
    const ages = lines.flatMap((l) => (JSON.parse(l) as { WatchdogAgeSeconds?: number }).WatchdogAgeSeconds ?? []);
    expect(ages[0]).toBeGreaterThanOrEqual(7);
    expect(ages[0]).toBeLessThan(9);
    expect(healthy.length).toBeGreaterThan(0);
    expect(unhealthy.length).toBeGreaterThan(0);
    expect(lines.some((l) => l.includes('"Paused":0'))).toBe(true);
  });

  test('does nothing during a pause, and measures that there is one', async () => {
    const before = await begin();
    const paused = { by: 'op', since: new Date().toISOString(), reason: 'disks' };
    const { etag } = (await store().readAssignment())!;
    await store().writeAssignment({ ...before, epoch: before.epoch + 1, paused }, etag);
    isHealthy['node-1'] = false;
    const lines: string[] = [];
    const f = runner('health-check', lines);
    const loop = f.invoke({ source: 'schedule' });
    for (const end = Date.now() + 15_000; !lines.some((l) => l.includes('Paused by op')) && Date.now() < end;)
      await new Promise((resolve) => setTimeout(resolve, 100));
    await f.halt();
    await loop;
    expect(lines.some((l) => l.includes('"event":"not-promoted"') && l.includes('Paused by op'))).toBe(true);
    expect(lines.some((l) => l.includes('"Paused":1'))).toBe(true);
    expect((await store().readAssignment())!.assignment).toMatchObject({ epoch: before.epoch + 1, active: 'node-1' });
  });
});
