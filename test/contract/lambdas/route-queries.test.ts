import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DeregisterTargetsCommand,
  DescribeListenersCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { CreateSubnetCommand, CreateVpcCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { bundle } from '../../../lib/infra/constructs/control/bundle';
import { s3ControlStore } from '../../../lib/shell/assignment/store';
import { DEFAULT_POLICY } from '../../../lib/contract/documents/policy';
import type { QueryRoutes } from '../../../lib/contract/documents/settings';
import { ENV } from '../../../lib/contract/environment';
import { PORTS } from '../../../lib/contract/ports';
import { promoted } from '../../../lib/core/failover/promoted';
import { FunctionRunner, type Invocation } from '../../../local/run/functions/function';
import { resolveTools } from '../../../local/tools';
import { eventually, startEmulator } from '../agent/agent-tools';
import { anAnnouncement } from '../../fixtures/builders';

/** The bundled function in its own processes; S3 and the load balancer's API by the emulator; tasks and nodes by us. */
const ROOT = join(__dirname, '../../..');
const BUCKET = 'control';
const TASKS = ['127.78.5.1', '127.78.5.2'];
const NODES: Record<string, string> = { 'node-1': '127.78.6.1', 'node-2': '127.78.6.2' };
const POLICY = {
  ...DEFAULT_POLICY,
  // Shorter than deployed, long enough for a machine that is busy with other tests.
  probe: { ...DEFAULT_POLICY.probe, intervalMs: 1_000, timeoutMs: 900 },
  verifyTimeoutMs: 500,
  routing: { backAfterMs: 4_000 },
};
const REGION = 'eu-west-1';
const CREDENTIALS = { accessKeyId: 'x', secretAccessKey: 'x' };

let emulator: { url: string; process: ChildProcess };
let dir: string;
let node: string;
let elb: ElasticLoadBalancingV2Client;
let s3: S3Client;
let routes: QueryRoutes;
const servers: Server[] = [];
/** Who answers, by address; who does not accepts and is silent, as a hung process is. */
const isHealthy: Record<string, boolean> = {};
/** Tasks that answer and ask no node. */
let blind: readonly string[] = [];
/** Whether tasks find a store gateway. */
let history = true;

const ONE = JSON.stringify({ data: { result: [{ metric: {}, value: [0, '1'] }] } });
const stores = (address: string): string => {
  const sidecar = { name: 'node-1:10901', lastError: blind.includes(address) ? 'no such host' : null };
  const gateways = history ? { store: [{ name: 'store:10901', lastError: null }] } : {};
  return JSON.stringify({ data: { ...gateways, sidecar: [sidecar] } });
};

function serve(address: string, port: number, body: (path: string) => string): void {
  const server = createServer((request, response) => {
    if (isHealthy[address]) response.end(body(request.url!));
  }).listen(port, address);
  servers.push(server);
}

function runner(lines: string[] = []): FunctionRunner {
  return new FunctionRunner(
    {
      name: 'route-queries',
      arn: 'route-queries',
      entry: join(dir, 'index.js'),
      timeoutMs: 20_000,
      environment: {
        [ENV.cluster]: 'test',
        [ENV.shard]: '0',
        [ENV.controlBucket]: BUCKET,
        [ENV.policy]: JSON.stringify(POLICY),
        [ENV.queryRoutes]: JSON.stringify(routes),
      },
    },
    {
      env: {
        AWS_ACCESS_KEY_ID: 'x',
        AWS_SECRET_ACCESS_KEY: 'x',
        AWS_REGION: REGION,
        AWS_ENDPOINT_URL: emulator.url,
        PATH: process.env.PATH!,
      },
      node,
      log: join(dir, 'function.log'),
      onLine: (line) => void lines.push(line),
      onInvocation: () => undefined,
    },
  );
}

const OPERATOR = { source: 'operator' };
const ALARM = { source: 'aws.cloudwatch', alarmData: { alarmName: 'x', state: { value: 'ALARM' } } };

async function call(event: unknown, times = 1): Promise<Invocation[]> {
  const runners = Array.from({ length: times }, () => runner());
  const results = await Promise.all(runners.map((f) => f.invoke(event)));
  await Promise.all(runners.map((f) => f.halt()));
  return results;
}

async function pointsTo(): Promise<'thanos' | 'nodes' | 'other'> {
  const { Listeners } = await elb.send(new DescribeListenersCommand({ ListenerArns: [routes.listenerArn] }));
  const group = Listeners![0]!.DefaultActions![0]!.TargetGroupArn;
  return group === routes.thanosTargetGroupArn ? 'thanos' : group === routes.nodesTargetGroupArn ? 'nodes' : 'other';
}

async function point(TargetGroupArn: string): Promise<void> {
  await elb.send(
    new ModifyListenerCommand({
      ListenerArn: routes.listenerArn,
      DefaultActions: [{ Type: 'forward', TargetGroupArn }],
    }),
  );
}

const store = (): ReturnType<typeof s3ControlStore> => s3ControlStore(s3, BUCKET, 0, 5_000);

async function pause(paused: boolean): Promise<void> {
  const current = await store().readAssignment();
  const next = promoted(
    current?.assignment ?? null,
    { active: 'node-1', reason: 'test', by: 'operator', appliedEpoch: 0 },
    Date.now(),
    0,
  );
  const by = { by: 'operator', since: new Date().toISOString(), reason: 'test' };
  await store().writeAssignment({ ...next, paused: paused ? by : null }, current?.etag ?? null);
}

const register = (addresses: readonly string[]) =>
  elb.send(
    new RegisterTargetsCommand({
      TargetGroupArn: routes.thanosTargetGroupArn,
      Targets: addresses.map((Id) => ({ Id, Port: PORTS.thanosHttp })),
    }),
  );

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'promha-routes-'));
  writeFileSync(join(dir, 'index.js'), bundle(join(ROOT, 'lambdas/route-queries/handler.ts'), ROOT));
  const tools = await resolveTools(['moto_server', 'node']);
  node = tools.node.path;
  emulator = await startEmulator(tools.moto_server.path);
  const client = { endpoint: emulator.url, region: REGION, credentials: CREDENTIALS };
  s3 = new S3Client({ ...client, forcePathStyle: true });
  elb = new ElasticLoadBalancingV2Client(client);
  const ec2 = new EC2Client(client);
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration: { LocationConstraint: REGION } }));
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  const { Subnet } = await ec2.send(
    new CreateSubnetCommand({ VpcId: Vpc!.VpcId, CidrBlock: '10.0.0.0/24', AvailabilityZone: `${REGION}a` }),
  );
  const { LoadBalancers } = await elb.send(
    new CreateLoadBalancerCommand({
      Name: 'queries',
      Type: 'network',
      Scheme: 'internal',
      Subnets: [Subnet!.SubnetId!],
    }),
  );
  const group = async (Name: string, Port: number): Promise<string> => {
    const { TargetGroups } = await elb.send(
      new CreateTargetGroupCommand({ Name, Protocol: 'TCP', Port, VpcId: Vpc!.VpcId, TargetType: 'ip' }),
    );
    return TargetGroups![0]!.TargetGroupArn!;
  };
  const thanosTargetGroupArn = await group('thanos', PORTS.thanosHttp);
  const nodesTargetGroupArn = await group('nodes', PORTS.prometheus);
  const { Listeners } = await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: LoadBalancers![0]!.LoadBalancerArn,
      Protocol: 'TCP',
      Port: 9090,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: thanosTargetGroupArn }],
    }),
  );
  routes = { listenerArn: Listeners![0]!.ListenerArn!, thanosTargetGroupArn, nodesTargetGroupArn };
  for (const address of TASKS)
    serve(address, PORTS.thanosHttp, (path) => (path === '/api/v1/stores' ? stores(address) : ONE));
  for (const [node, address] of Object.entries(NODES)) {
    serve(address, PORTS.prometheus, () => JSON.stringify({ data: { result: [{ metric: {}, value: [0, '0.4'] }] } }));
    await store().writeAnnouncement(anAnnouncement(node, { address }));
  }
});

beforeEach(async () => {
  for (const address of [...TASKS, ...Object.values(NODES)]) isHealthy[address] = true;
  blind = [];
  history = true;
  await register(TASKS);
  await point(routes.thanosTargetGroupArn);
  await pause(false);
});

afterAll(() => {
  emulator?.process.kill();
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
  rmSync(dir, { recursive: true, force: true });
});

describe('one decision', () => {
  test('nothing to do, and why', async () => {
    const [first] = await call(OPERATOR);
    expect(first).toMatchObject({ ok: true, value: { acted: false, because: 'Thanos answers.', route: 'thanos' } });
    expect(await pointsTo()).toBe('thanos');
  });

  test('a task that hangs is left to the load balancer', async () => {
    isHealthy[TASKS[0]!] = false;
    const [first] = await call(ALARM);
    expect(first!.value).toMatchObject({ acted: false, because: 'Thanos answers, by 1 of 2 query tasks.' });
    expect(await pointsTo()).toBe('thanos');
  });

  test('a task that answers and asks no node: the load balancer would go on giving it queries', async () => {
    blind = [TASKS[1]!];
    const [first] = await call(ALARM);
    const because = expect.stringContaining('1 of 2 query tasks answer without asking any node');
    expect(first!.value).toMatchObject({ acted: true, because, route: 'nodes' });
    expect(await pointsTo()).toBe('nodes');
  });

  test('two calls at once, for tasks that hang, move the listener; a third finds nothing to do', async () => {
    for (const task of TASKS) isHealthy[task] = false;
    isHealthy[NODES['node-1']!] = false;
    const results = await call(ALARM, 2);
    expect(results.map((r) => r.error)).toEqual([undefined, undefined]);
    expect(results.some((r) => (r.value as { acted: boolean }).acted)).toBe(true);
    expect(results[0]!.value).toMatchObject({ because: expect.stringContaining('node-2'), route: 'nodes' });
    expect(await pointsTo()).toBe('nodes');
    const [again] = await call(OPERATOR);
    expect(again!.value).toMatchObject({ acted: false, route: 'nodes' });
  });

  test('no task at all is as bad as tasks that fail', async () => {
    await elb.send(
      new DeregisterTargetsCommand({
        TargetGroupArn: routes.thanosTargetGroupArn,
        Targets: TASKS.map((Id) => ({ Id, Port: PORTS.thanosHttp })),
      }),
    );
    expect((await call(OPERATOR))[0]!.value).toMatchObject({ acted: true, route: 'nodes' });
    expect(await pointsTo()).toBe('nodes');
  });

  test('nowhere to go: the listener stays', async () => {
    for (const address of [...TASKS, ...Object.values(NODES)]) isHealthy[address] = false;
    const [first] = await call(OPERATOR);
    expect(first!.value).toMatchObject({ acted: false, because: expect.stringContaining('no node is ready either') });
    expect(await pointsTo()).toBe('thanos');
  });

  test('paused: the listener stays', async () => {
    for (const task of TASKS) isHealthy[task] = false;
    await pause(true);
    expect((await call(OPERATOR))[0]!.value).toMatchObject({
      acted: false,
      because: expect.stringContaining('Paused'),
    });
    expect(await pointsTo()).toBe('thanos');
  });

  test('an alarm that went back to OK is ignored, an event that nobody sends refused', async () => {
    const okay = { ...ALARM, alarmData: { alarmName: 'x', state: { value: 'OK' } } };
    expect((await call(okay))[0]!.value).toMatchObject({ acted: false, because: 'x is OK: nothing to do.' });
    expect((await call({ hello: 1 }))[0]).toMatchObject({ ok: false, error: expect.stringContaining('does not know') });
  });
});

describe('a minute of probes', () => {
  interface Line {
    event?: string;
    consecutiveFailures?: number;
    to?: string;
    ThanosHealthy?: number;
    QueriesThroughThanos?: number;
    QueriesWithHistory?: number;
  }

  /** Runs the loop while `during` does things to the world; the function's lines so far are its argument. */
  async function loop(during: (lines: () => Line[]) => Promise<void>): Promise<Line[]> {
    const text: string[] = [];
    const lines = (): Line[] => text.map((line) => JSON.parse(line) as Line);
    const f = runner(text);
    const looping = f.invoke({ source: 'schedule' });
    try {
      await during(lines);
    } finally {
      await f.halt();
      await looping;
    }
    return lines();
  }
  const reroutes = (lines: Line[]) => lines.filter((l) => l.event === 'queries-rerouted').map((l) => l.to);
  const healthy = (lines: Line[], value: number): boolean => lines.some((l) => l.ThanosHealthy === value);

  test('there at the third miss, and back when Thanos stayed well', async () => {
    const lines = await loop(async (seen) => {
      await eventually('a healthy Thanos', () => healthy(seen(), 1), 15_000);
      for (const task of TASKS) isHealthy[task] = false;
      await eventually('the nodes', () => reroutes(seen()).includes('nodes'), 15_000);
      expect(await pointsTo()).toBe('nodes');
      for (const task of TASKS) isHealthy[task] = true;
      await eventually('Thanos', () => reroutes(seen()).includes('thanos'), 15_000);
      expect(await pointsTo()).toBe('thanos');
    });
    expect(reroutes(lines)).toEqual(['nodes', 'thanos']);
    const there = lines.findIndex((l) => l.event === 'queries-rerouted');
    const consecutiveFailures = lines.slice(0, there).filter((l) => l.event === 'probe-missed');
    expect(Math.max(...consecutiveFailures.map((l) => l.consecutiveFailures!))).toBe(POLICY.probe.fall);
    expect(lines.some((l) => l.QueriesThroughThanos === 0)).toBe(true);
  });

  test('no store gateway: queries stay where they are, and it is told', async () => {
    const told = (lines: Line[], value: number): boolean => lines.some((l) => l.QueriesWithHistory === value);
    const lines = await loop(async (seen) => {
      await eventually('history', () => told(seen(), 1), 15_000);
      history = false;
      await eventually('no history', () => told(seen(), 0), 15_000);
    });
    expect(reroutes(lines)).toEqual([]);
  });

  test('tasks that ECS replaced are found', async () => {
    const [first, second] = TASKS as [string, string];
    await elb.send(
      new DeregisterTargetsCommand({
        TargetGroupArn: routes.thanosTargetGroupArn,
        Targets: [{ Id: second, Port: PORTS.thanosHttp }],
      }),
    );
    const lines = await loop(async (seen) => {
      await eventually('a healthy Thanos', () => healthy(seen(), 1), 15_000);
      await register([second]);
      isHealthy[first] = false;
      await eventually('a miss', () => healthy(seen(), 0), 15_000);
      const from = seen().length;
      await eventually('a healthy Thanos again', () => healthy(seen().slice(from), 1), 15_000);
    });
    expect(reroutes(lines)).toEqual([]);
  });

  test('the API is silent: known tasks are probed on, and it is done as soon as it answers', async () => {
    await loop(async (seen) => {
      await eventually('a healthy Thanos', () => healthy(seen(), 1), 15_000);
      emulator.process.kill('SIGSTOP');
      try {
        for (const task of TASKS) isHealthy[task] = false;
        await eventually(
          'probes beyond the third, and complaints',
          () => seen().some((l) => (l.consecutiveFailures ?? 0) > 4) && seen().some((l) => l.event === 'cycle-failed'),
          15_000,
        );
        expect(reroutes(seen())).toEqual([]);
      } finally {
        emulator.process.kill('SIGCONT');
      }
      await eventually('the nodes', async () => (await pointsTo()) === 'nodes', 15_000);
    });
  });
});
