import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, CreateStackCommand, UpdateStackCommand } from '@aws-sdk/client-cloudformation';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import type { Emulator } from '../../../local/emulator/deploy';
import { watchChanges } from '../../../local/run/deploy/change-watch';
import { EcsPlayer } from '../../../local/run/ecs/player';
import { LoopbackHosts } from '../../../local/run/ecs/task-hosts';
import { readNames } from '../../../local/run/names/cloud-map';
import { loopbackNetwork } from '../../../local/run/hosts/network';
import { findMarked, MARKS } from '../../../local/run/hosts/processes';
import { startExtendedEmulator } from '../agent/agent-tools';
import { ecsTemplate } from './ecs-template';

/** The player of ECS against the emulator, with processes that only serve their health. */
const REGION = 'eu-west-1';
const RUN = `ecs-player-test-${process.pid}`;
const START_MS = 1_000;
const CHECK = { Interval: 1, Timeout: 1, Retries: 2 };
const COMMAND = ['query', '--http-address=0.0.0.0:10902'];
const dir = mkdtempSync(join(tmpdir(), 'promha-player-'));
const notes = join(dir, 'notes.jsonl');
const said: string[] = [];
let emulator: Emulator;
let player: EcsPlayer;
let watch: ReturnType<typeof watchChanges>;

interface Note {
  readonly what: 'began' | 'ended';
  readonly args: string[];
  readonly host: string;
  readonly pid: number;
}
const noted = (): Note[] =>
  existsSync(notes)
    ? readFileSync(notes, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Note)
    : [];
const client = () => ({
  endpoint: `http://${emulator.listen[0]}`,
  region: REGION,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});
const deployed = (o: Partial<Parameters<typeof ecsTemplate>[0]>) => ({
  StackName: 'thanos',
  TemplateBody: JSON.stringify(ecsTemplate({ command: COMMAND, check: CHECK, ...o })),
});
const addresses = (): string[] => player.runnerOf('query').tasks.map((t) => t.address);
const healthy = (): boolean => player.runnerOf('query').tasks.every((t) => t.health === 'healthy' && !t.stopping);

/** Targets and names, as others find the tasks. */
async function found(): Promise<{ targets: string[]; names: readonly string[] }> {
  const elb = new ElasticLoadBalancingV2Client(client());
  const { TargetGroups } = await elb.send(new DescribeTargetGroupsCommand({}));
  const { TargetGroupArn } = TargetGroups!.find((group) => group.Port === 10902)!;
  const { TargetHealthDescriptions } = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
  const names = await readNames(new ServiceDiscoveryClient(client()));
  return {
    targets: TargetHealthDescriptions!.map((t) => t.Target!.Id!).sort(),
    names: [...names.get('query.metrics.internal')!.addresses].sort(),
  };
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 30_000; !(await holds());) {
    if (Date.now() > end) throw new Error(`${what} did not happen; said: ${said.join('; ')}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
const settled = (tasks: number): Promise<void> =>
  until(`${tasks} healthy tasks that are found`, async () => {
    if (addresses().length !== tasks || !healthy()) return false;
    const now = await found();
    return [now.targets, now.names].every((list) => list.join() === [...addresses()].sort().join());
  });

beforeAll(async () => {
  emulator = await startExtendedEmulator(dir);
  await new CloudFormationClient(client()).send(new CreateStackCommand(deployed({})));
  const program = join(dir, 'thanos');
  const fake = require.resolve('../thanos/fake-thanos.cjs');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${fake}' "$@"\n`, { mode: 0o755 });
  player = new EcsPlayer({
    clients: {
      ecs: new ECSClient(client()),
      ec2: new EC2Client(client()),
      elb: new ElasticLoadBalancingV2Client(client()),
      names: new ServiceDiscoveryClient(client()),
    },
    hosts: new LoopbackHosts(loopbackNetwork()),
    addressesOf: () => [],
    program,
    endpoint: client().endpoint,
    env: { PATH: process.env.PATH!, NOTES: notes },
    runId: RUN,
    dir: join(dir, 'tasks'),
    logDir: join(dir, 'logs'),
    onEvent: (what) => said.push(what),
    taskStartMs: START_MS,
    balanced: true,
  });
  watch = watchChanges(
    client().endpoint,
    () => player.refresh(),
    (error) => said.push(error.message),
  );
  await until('the first task', () => noted().length > 0);
}, 120_000);

afterAll(async () => {
  await watch?.stop();
  await player?.stop();
  await emulator?.stop();
  expect(findMarked({ [MARKS.run]: RUN })).toEqual([]);
  rmSync(dir, { recursive: true });
});

test('so many tasks as desired run, each on its address, and others find them', async () => {
  await settled(2);
  expect(new Set(addresses()).size).toBe(2);
  // Which of the two begins first is not said.
  expect(
    noted()
      .map((n) => n.args.join(' '))
      .sort(),
  ).toEqual(
    addresses()
      .map((a) => `--http-address=${a}:10902`)
      .sort(),
  );
}, 60_000);

test('a task that dies is replaced', async () => {
  const [first, second] = player.runnerOf('query').tasks;
  const killedAt = Date.now();
  await player.runnerOf('query').kill();
  await until('the loss', async () => (await found()).targets.join() === second!.address);
  await settled(2);
  expect(player.runnerOf('query').tasks).not.toContain(first);
  expect(said).toContain(`task ${first!.id} of metrics-query ended (SIGKILL)`);
  // As long as Fargate takes.
  expect(player.runnerOf('query').tasks.at(-1)!.startedAt - killedAt).toBeGreaterThanOrEqual(START_MS);
}, 60_000);

test('a task that hangs is replaced, because its health check fails', async () => {
  const [task] = player.runnerOf('query').tasks;
  process.kill(noted().findLast((n) => n.host === task!.address)!.pid, 'SIGSTOP');
  await until('the replacement', () => !player.runnerOf('query').tasks.includes(task!));
  await settled(2);
  expect(said).toContain(`task ${task!.id} of metrics-query is stopped: its health check failed`);
}, 60_000);

test('a service that is held runs nothing until it is released, however often it is told', async () => {
  const runner = player.runnerOf('query');
  await Promise.all([runner.hold(), runner.hold()]);
  await until('nobody is found', async () => (await found()).targets.length === 0);
  await player.refresh();
  expect(runner.tasks).toEqual([]);
  runner.release();
  runner.release();
  await settled(2);
}, 60_000);

test('with 0 and 100 percent a new task definition never runs beside the old one', async () => {
  const cfn = new CloudFormationClient(client());
  await cfn.send(new UpdateStackCommand(deployed({ tasks: 1 })));
  await settled(1);
  const [old] = player.runnerOf('query').tasks;
  const before = noted().length;
  const command = [...COMMAND, '--query.max-concurrent=200'];
  await cfn.send(new UpdateStackCommand(deployed({ tasks: 1, command })));
  await until('the new one', () => player.runnerOf('query').tasks.some((t) => t.revision !== old!.revision));
  await settled(1);
  expect(
    noted()
      .slice(before)
      .map((n) => n.what),
  ).toEqual(['ended', 'began']);
  expect(noted().at(-1)!.args).toContain('--query.max-concurrent=200');
}, 60_000);

test('a task whose targets the load balancer does not call healthy never counts as healthy', async () => {
  const cfn = new CloudFormationClient(client());
  const [tasks, percent] = [1, [100, 200]] as const;
  const before = [...COMMAND, '--query.max-concurrent=200'];
  await cfn.send(new UpdateStackCommand(deployed({ tasks, percent, command: before })));
  await settled(1);
  const [old] = player.runnerOf('query').tasks;
  const [target] = old!.service.targets;
  const tell = (who: readonly string[]): void =>
    player.noteTargets({ [target!.targetGroupArn]: Object.fromEntries(who.map((a) => [a, 'healthy'])) });
  tell(addresses());
  const command = [...COMMAND, '--query.max-concurrent=300'];
  await cfn.send(new UpdateStackCommand(deployed({ tasks, percent, command })));
  await until('both run', () => addresses().length === 2 && healthy());
  await player.refresh();
  expect(player.runnerOf('query').tasks).toContain(old);
  expect(old!.stopping).toBe(false);
  tell(addresses());
  await until('the old one is gone', () => !player.runnerOf('query').tasks.includes(old!));
}, 60_000);
