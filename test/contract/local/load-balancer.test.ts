import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, get, type Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
  ModifyTargetGroupAttributesCommand,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { CreateSubnetCommand, CreateVpcCommand, EC2Client } from '@aws-sdk/client-ec2';
import type { Emulator } from '../../../local/emulator/deploy';
import { watchChanges } from '../../../local/run/deploy/change-watch';
import { Cleanup } from '../../../local/run/hosts/cleanup';
import { LoadBalancer } from '../../../local/run/balancer/load-balancer-process';
import { tellTargetHealth } from '../../../local/run/balancer/target-health';
import { findMarked, MARKS } from '../../../local/run/hosts/processes';
import { resolveTools } from '../../../local/tools';
import { eventually, startExtendedEmulator } from '../agent/agent-tools';

/** A real HAProxy that follows a listener of the emulator. */
const REGION = 'eu-west-1';
const RUN = `load-balancer-test-${process.pid}`;
const BIND = '127.77.9.1';
const PORT = 9090;
const DELAYS = { listenerMs: 2_000, targetMs: 4_000, idleMs: 1_500 };
/** Before an idle connection ends. */
const SILENT_MS = 1_200;
const dir = mkdtempSync(join(tmpdir(), 'promha-nlb-'));
const cleanup = new Cleanup();
const servers: Server[] = [];
let emulator: Emulator;
let elb: ElasticLoadBalancingV2Client;
let listener: string;
const groups: string[] = [];

/** Answers with its name. */
async function target(name: string, host: string): Promise<void> {
  const server = createServer((_, response) => response.end(name));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(10902, host, resolve));
}

/** On a connection of its own, from this address: who answered, or how it failed. */
function ask(localAddress?: string): Promise<string> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(SILENT_MS);
    get({ host: BIND, port: PORT, agent: false, signal, ...(localAddress && { localAddress }) }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString())).on('end', () => resolve(text));
    }).once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

async function answeredBy(name: string): Promise<void> {
  for (const end = Date.now() + 20_000; (await ask()) !== name;) {
    if (Date.now() > end) throw new Error(`${name} does not answer, but ${await ask()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** All to this one; the other ones stay on the listener, or do not. */
const point = (group: string, others: readonly string[] = []): Promise<unknown> =>
  elb.send(
    new ModifyListenerCommand({
      ListenerArn: listener,
      DefaultActions: [
        {
          Type: 'forward',
          ForwardConfig: {
            TargetGroups: [
              { TargetGroupArn: group, Weight: 1 },
              ...others.map((TargetGroupArn) => ({ TargetGroupArn, Weight: 0 })),
            ],
          },
        },
      ],
    }),
  );

/** By the API, of each target. */
async function health(TargetGroupArn: string): Promise<Record<string, string>> {
  const { TargetHealthDescriptions } = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
  return Object.fromEntries(TargetHealthDescriptions!.map((t) => [t.Target!.Id!, t.TargetHealth!.State!]));
}

beforeAll(async () => {
  const { haproxy } = await resolveTools(['haproxy']);
  emulator = await startExtendedEmulator(dir);
  const endpoint = `http://${emulator.listen[0]}`;
  const client = { endpoint, region: REGION, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  elb = new ElasticLoadBalancingV2Client(client);
  const ec2 = new EC2Client(client);
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.79.0.0/16' }));
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: Vpc!.VpcId, CidrBlock: '10.79.0.0/24' }));
  const { LoadBalancers } = await elb.send(
    new CreateLoadBalancerCommand({ Name: 'nlb', Type: 'network', Subnets: [Subnet!.SubnetId!] }),
  );
  for (const [i, name] of ['first', 'second'].entries()) {
    const host = `127.77.9.${10 + i}`;
    await target(name, host);
    const { TargetGroups } = await elb.send(
      new CreateTargetGroupCommand({
        Name: name,
        Protocol: 'TCP',
        Port: 10902,
        VpcId: Vpc!.VpcId,
        TargetType: 'ip',
        HealthCheckProtocol: 'HTTP',
        HealthCheckPath: '/-/ready',
        HealthCheckIntervalSeconds: 5,
        HealthCheckTimeoutSeconds: 4,
      }),
    );
    const TargetGroupArn = TargetGroups![0]!.TargetGroupArn!;
    groups.push(TargetGroupArn);
    if (i === 0) await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: host, Port: 10902 }] }));
  }
  const { Listeners } = await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: LoadBalancers![0]!.LoadBalancerArn,
      Protocol: 'TCP',
      Port: PORT,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: groups[0] }],
    }),
  );
  listener = Listeners![0]!.ListenerArn!;
  const balancer = new LoadBalancer({
    tool: haproxy,
    elb,
    instances: new Map(),
    dir,
    runId: RUN,
    env: { PATH: process.env.PATH! },
    delays: DELAYS,
    tellHealth: (health) => tellTargetHealth(endpoint, health),
    source: null,
    bind: [BIND],
    baselineSocket: join(dir, 'baseline.sock'),
    cleanup,
    onEvent: () => undefined,
  });
  await balancer.start();
  const watch = watchChanges(
    endpoint,
    () => balancer.refresh(),
    (error) => console.error(error),
  );
  cleanup.defer('watch', () => watch.stop());
}, 120_000);

afterAll(async () => {
  expect(await cleanup.run()).toEqual([]);
  expect(findMarked({ [MARKS.run]: RUN })).toEqual([]);
  await emulator?.stop();
  for (const server of servers) server.close();
  rmSync(dir, { recursive: true });
}, 30_000);

test('a target that is registered gets connections, and none is refused while HAProxy is replaced', async () => {
  await answeredBy('first');
  const failures: string[] = [];
  let asked = 0;
  let asking = true;
  const load = (async () => {
    while (asking) {
      const answer = await ask();
      asked += 1;
      if (answer !== 'first' && answer !== 'second') failures.push(answer);
    }
  })();
  await elb.send(
    new RegisterTargetsCommand({ TargetGroupArn: groups[1], Targets: [{ Id: '127.77.9.11', Port: 10902 }] }),
  );
  await point(groups[1]!);
  await answeredBy('second');
  await point(groups[0]!);
  await answeredBy('first');
  asking = false;
  await load;
  expect(failures).toEqual([]);
  expect(asked).toBeGreaterThan(20);
}, 60_000);

test('changes in quick succession leave one that listens, with the last of them', async () => {
  for (const group of [1, 0, 1, 0, 1]) await point(groups[group]!);
  await answeredBy('second');
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(new Set(await Promise.all(Array.from({ length: 20 }, () => ask())))).toEqual(new Set(['second']));
}, 60_000);

test('a changed listener does as it says when it is time, not before', async () => {
  const [first, second] = groups as [string, string];
  await point(first, [second]);
  await answeredBy('first');
  await point(second, [first]);
  const changedAt = Date.now();
  for (; Date.now() < changedAt + DELAYS.listenerMs / 2;) {
    expect(await ask()).toBe('first');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await answeredBy('second');
}, 60_000);

test('a new target is initial and gets nothing for a while; then it does', async () => {
  const [first, second] = groups as [string, string];
  await eventually('the second is healthy', async () => (await health(second))['127.77.9.11'] === 'healthy');
  await target('third', '127.77.9.12');
  await elb.send(new RegisterTargetsCommand({ TargetGroupArn: second, Targets: [{ Id: '127.77.9.12', Port: 10902 }] }));
  await eventually('it is new', async () => (await health(second))['127.77.9.12'] === 'initial');
  expect(new Set(await Promise.all(Array.from({ length: 20 }, () => ask())))).toEqual(new Set(['second']));
  await eventually('it is healthy', async () => (await health(second))['127.77.9.12'] === 'healthy');
  await answeredBy('third');
  // With weight 0 it is looked at, all the same.
  expect(await health(first)).toEqual({ '127.77.9.10': 'healthy' });
}, 60_000);

test('targets of a group that hangs on no listener are unused, and new when it is back', async () => {
  const [first, second] = groups as [string, string];
  await point(second);
  expect(await health(first)).toEqual({ '127.77.9.10': 'unused' });
  await new Promise((resolve) => setTimeout(resolve, 1_000)); // until that has been seen
  await point(second, [first]);
  await eventually('it is new', async () => (await health(first))['127.77.9.10'] === 'initial');
}, 60_000);

test('a target that calls and is sent to itself hears nothing where clients’ addresses are kept', async () => {
  const [first] = groups as [string];
  const keep = (Value: 'true' | 'false'): Promise<unknown> =>
    elb.send(
      new ModifyTargetGroupAttributesCommand({
        TargetGroupArn: first,
        Attributes: [{ Key: 'preserve_client_ip.enabled', Value }],
      }),
    );
  const [itself, another] = ['127.77.9.10', '127.77.9.11'];
  await point(first);
  await answeredBy('first');
  // As AWS has it for addresses where nothing is said.
  expect(await ask(itself)).toBe('first');
  await keep('true');
  await eventually('silence', async () => (await ask(itself)) === 'ABORT_ERR', 20_000);
  expect(await ask(another)).toBe('first');
  await keep('false');
  await eventually('an answer', async () => (await ask(itself)) === 'first', 20_000);
}, 60_000);

test('a connection on which nothing comes is ended', async () => {
  const openedAt = Date.now();
  const socket = connect(PORT, BIND);
  await new Promise((resolve, reject) => socket.once('close', resolve).once('error', reject));
  expect(Date.now() - openedAt).toBeGreaterThanOrEqual(DELAYS.idleMs - 100);
}, 60_000);
