import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { CloudFormationClient, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeVolumesCommand,
  EC2Client,
  type Instance,
  type Tag,
} from '@aws-sdk/client-ec2';
import {
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { EventBridgeClient, ListRulesCommand, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import { GetFunctionCommand, LambdaClient, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { GetBucketVersioningCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ListCommandsCommand, SSMClient } from '@aws-sdk/client-ssm';
import { awsCluster } from '../../../lib/cli/cluster/cluster';
import { deployedPolicy } from '../../../lib/cli/cluster/policy';
import { faultInjectors } from '../../../lib/cli/commands/inject-fault';
import type { NodeAnnouncement } from '../../../lib/contract/documents/announcement';
import type { ConfigBundle, ConfigPointer } from '../../../lib/contract/documents/config';
import type { NodeConfig } from '../../../lib/contract/documents/node-config';
import { DEFAULT_POLICY } from '../../../lib/contract/documents/policy';
import { ENV } from '../../../lib/contract/environment';
import { deployApp, startEmulator, type Emulator } from '../../../local/emulator/deploy';
import { serveEvaluator } from '../../../local/iam/service';
import { resolveTools } from '../../../local/tools';
import { FIXTURE_CONFIG } from '../../fixtures/config-dir';
import { readAlarms } from '../../../local/run/deploy/read-back';
import { inputOf } from '../../../local/run/deploy/schedule-input';
import { ConfigFixture } from '../../fixtures/config-fixture';
import { deployedRoleTests } from './deployed-roles';
import { deployedWatchTests } from './deployed-watch';

const REGION = 'eu-west-1';
const dir = mkdtempSync(join(tmpdir(), 'promha-deploy-'));
let emulator: Emulator;
let evaluator: { close(): Promise<void> };
let port: number;
const said: string[] = [];

const client = (n = 0) => ({
  endpoint: `http://${emulator.listen[n]}`,
  region: REGION,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  forcePathStyle: true,
});
const deploy = (name: string, configDir: string): Promise<void> =>
  deployApp({ port, region: REGION, configDir, outDir: join(dir, name), onProgress: (line) => said.push(line) });

beforeAll(async () => {
  const { moto_server } = await resolveTools(['moto_server']);
  evaluator = await serveEvaluator(join(dir, 'iam.sock'), () => undefined);
  emulator = await startEmulator({
    authorize: join(dir, 'iam.sock'),
    python: moto_server.python,
    env: moto_server.env,
    listen: ['127.0.0.1:0', '127.77.1.1:0'],
    log: join(dir, 'emulator.log'),
  });
  port = Number(emulator.listen[0]!.split(':')[1]);
  await deploy('first', FIXTURE_CONFIG);
}, 240_000);

afterAll(async () => {
  await emulator?.stop();
  await evaluator?.close();
  rmSync(dir, { recursive: true });
});

const object = async (Bucket: string, Key: string): Promise<Uint8Array> =>
  (await new S3Client(client()).send(new GetObjectCommand({ Bucket, Key }))).Body!.transformToByteArray();

/** The schedule's one target, and what it hands to health-check. */
async function schedule(): Promise<{ expression?: string; input: { source: string; config: ConfigPointer } }> {
  const events = new EventBridgeClient(client());
  const { Rules } = await events.send(new ListRulesCommand({}));
  const rule = Rules!.find((r) => r.Name === 'trading-metrics-health-check')!;
  const { Targets } = await events.send(new ListTargetsByRuleCommand({ Rule: rule.Name }));
  return { expression: rule.ScheduleExpression, input: inputOf(Targets![0]!, new Date()) as never };
}

async function instances(address = 0): Promise<Instance[]> {
  const { Reservations } = await new EC2Client(client(address)).send(
    new DescribeInstancesCommand({ Filters: [{ Name: 'tag:prometheus-ha:cluster', Values: ['trading-metrics'] }] }),
  );
  const zone = (i: Instance): string => i.Placement!.AvailabilityZone!;
  return Reservations!.flatMap((r) => r.Instances!).sort((a, b) => zone(a).localeCompare(zone(b)));
}
const ids = (found: Instance[]): string[] => found.map((i) => i.InstanceId!);
const tag = (tags: Tag[] | undefined, key: string): string => tags!.find((t) => t.Key === key)!.Value!;

test('each node is an instance in its zone, with its user data', async () => {
  const found = await instances();
  expect(found.map((i) => [tag(i.Tags, 'prometheus-ha:node'), i.Placement!.AvailabilityZone])).toEqual([
    ['prometheus-1', 'eu-west-1a'],
    ['prometheus-2', 'eu-west-1b'],
  ]);
  for (const instance of found) {
    expect(instance.PrivateIpAddress).toMatch(/^10\.77\./);
    const { LaunchTemplateVersions } = await new EC2Client(client()).send(
      new DescribeLaunchTemplateVersionsCommand({
        LaunchTemplateId: tag(instance.Tags, 'aws:ec2launchtemplate:id'),
        Versions: ['$Latest'],
      }),
    );
    const text = Buffer.from(LaunchTemplateVersions![0]!.LaunchTemplateData!.UserData!, 'base64').toString();
    expect(text.startsWith('#cloud-config\n')).toBe(true);
    const { write_files } = parse(text) as { write_files: { path: string; content: string }[] };
    const written = new Map(write_files.map((f) => [f.path, f.content]));
    const node = JSON.parse(written.get('/etc/prometheus-ha/node.json')!) as NodeConfig;
    expect(node).toMatchObject({ cluster: 'trading-metrics', node: tag(instance.Tags, 'prometheus-ha:node') });
    // Tokens of the CDK are values by now.
    const versioning = new GetBucketVersioningCommand({ Bucket: node.controlBucket });
    expect((await new S3Client(client()).send(versioning)).Status).toBe('Enabled');
    const { agent } = JSON.parse(written.get('/etc/prometheus-ha/boot.json')!) as {
      agent: { bucket: string; key: string };
    };
    expect((await object(agent.bucket, agent.key)).length).toBeGreaterThan(1000);
    expect(written.get('/etc/systemd/system/prometheus-ha-agent.service')).toContain('Restart=always');
  }
});

test('the load balancer is one for connections, and has the instances behind it', async () => {
  const elb = new ElasticLoadBalancingV2Client(client());
  const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({}));
  expect(LoadBalancers!.map((b) => b.Type)).toEqual(['network']);
  const { TargetGroups } = await elb.send(new DescribeTargetGroupsCommand({}));
  const { TargetGroupArn } = TargetGroups!.find((g) => g.TargetType === 'instance')!;
  const { TargetHealthDescriptions } = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
  expect(TargetHealthDescriptions!.map((t) => t.Target!.Id).sort()).toEqual(ids(await instances()).sort());
});

test('data volumes are found by their tags', async () => {
  const { Volumes } = await new EC2Client(client()).send(
    new DescribeVolumesCommand({ Filters: [{ Name: 'tag-key', Values: ['prometheus-ha:generation'] }] }),
  );
  expect(Volumes!.map((v) => [tag(v.Tags, 'prometheus-ha:node'), v.AvailabilityZone, v.Encrypted]).sort()).toEqual([
    ['prometheus-1', 'eu-west-1a', true],
    ['prometheus-2', 'eu-west-1b', true],
  ]);
});

test('functions read back with their environment, and their bundle loads', async () => {
  const FunctionName = 'trading-metrics-promote-alerting';
  const { Configuration } = await new LambdaClient(client()).send(new GetFunctionCommand({ FunctionName }));
  expect(Configuration!.Environment!.Variables).toMatchObject({ PROMHA_CLUSTER: 'trading-metrics', PROMHA_SHARD: '0' });
  const { TemplateBody } = await new CloudFormationClient(client()).send(
    new GetTemplateCommand({ StackName: 'trading-metrics-control' }),
  );
  const { Resources } = JSON.parse(TemplateBody!) as { Resources: Record<string, FunctionResource> };
  const own = Object.values(Resources).find((r) => r.Properties?.FunctionName === FunctionName)!;
  const zip = await object(`cdk-hnb659fds-assets-123456789012-${REGION}`, own.Properties!.Code.S3Key);
  writeFileSync(join(dir, 'code.zip'), zip);
  execFileSync('python3', ['-m', 'zipfile', '-e', join(dir, 'code.zip'), join(dir, 'code')]);
  const load = `process.exit(typeof require('./code/index.js').handler === 'function' ? 0 : 1)`;
  execFileSync(process.execPath, ['-e', load], { cwd: dir });
});

/** promha finds its way by the environment. */
function asOperator(): void {
  const { endpoint, region, credentials } = client();
  process.env.AWS_ENDPOINT_URL = endpoint;
  process.env.AWS_REGION = region;
  process.env.AWS_ACCESS_KEY_ID = credentials.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = credentials.secretAccessKey;
}

test('promha judges by the policy that is deployed, and says when it cannot', async () => {
  asOperator();
  const cluster = { cluster: 'trading-metrics', shard: 0, controlBucket: '' };
  expect(await deployedPolicy(cluster)).toEqual({ policy: DEFAULT_POLICY, insteadBecause: null });
  // Changed by hand, as config/cluster.ts would.
  const changed = { ...DEFAULT_POLICY, maxScrapeLagMs: 9_000 };
  await new LambdaClient(client()).send(
    new UpdateFunctionConfigurationCommand({
      FunctionName: 'trading-metrics-health-check',
      Environment: { Variables: { [ENV.policy]: JSON.stringify(changed) } },
    }),
  );
  expect(await deployedPolicy(cluster)).toEqual({ policy: changed, insteadBecause: null });
  const { policy, insteadBecause } = await deployedPolicy({ ...cluster, cluster: 'elsewhere' });
  expect(policy).toEqual(DEFAULT_POLICY);
  expect(insteadBecause).toMatch(/elsewhere-health-check/);
});

test('promha finds the control bucket of the deployed cluster by its name', async () => {
  asOperator();
  const { controlBucket } = await awsCluster('trading-metrics');
  const { Status } = await new S3Client(client()).send(new GetBucketVersioningCommand({ Bucket: controlBucket }));
  expect(Status).toBe('Enabled');
});

describe('what roles may do', () => {
  beforeAll(asOperator);
  deployedRoleTests(client);
  deployedWatchTests(client);
});

test('a drill asks Systems Manager to kill Prometheus', async () => {
  asOperator();
  const [first] = ids(await instances());
  const { 'kill-prometheus': injectFault } = faultInjectors(
    { cluster: 'trading-metrics', shard: 0, controlBucket: '' },
    new S3Client(client()),
    false,
  );
  await injectFault({ node: 'prometheus-1', instanceId: first! } as NodeAnnouncement);
  const { Commands } = await new SSMClient(client()).send(new ListCommandsCommand({}));
  expect(Commands).toMatchObject([{ DocumentName: 'AWS-RunShellScript' }]);
  // The emulator adds every instance that it knows to those that were named.
  expect(Commands![0]!.InstanceIds).toContain(first);
  expect(Commands![0]!.Parameters!.commands).toContain('pkill -KILL -x prometheus');
});

interface FunctionResource {
  readonly Properties?: { readonly FunctionName?: string; readonly Code: { readonly S3Key: string } };
}

test('alarms read back with what they call', async () => {
  const { MetricAlarms } = await new CloudWatchClient(client()).send(new DescribeAlarmsCommand({}));
  const alarm = MetricAlarms!.find((a) => a.AlarmName === 'trading-metrics-alerting-node-unhealthy')!;
  expect(alarm).toMatchObject({ Period: 10, EvaluationPeriods: 1, TreatMissingData: 'notBreaching', Threshold: 1 });
  expect(alarm.AlarmActions![0]).toContain(':function:trading-metrics-promote-alerting');
  // Of queues too, which are measured here.
  const played = (await readAlarms(new CloudWatchClient(client()))).map(({ name }) => name);
  expect(played).toEqual(expect.arrayContaining([alarm.AlarmName, 'trading-metrics-calls-given-up']));
});

test('a changed rule reaches the schedule with the next deploy, and replaces nothing', async () => {
  const before = { schedule: await schedule(), instances: ids(await instances()) };
  expect(before.schedule).toMatchObject({ expression: 'rate(1 minute)', input: { source: 'schedule' } });
  const fixture = new ConfigFixture();
  appendFileSync(fixture.path('rules/redis.yml'), '\n# changed by a test\n');
  await deploy('second', fixture.dir);
  fixture.remove();
  const { config } = (await schedule()).input;
  const bytes = await object(config.bucket, config.key);
  // The hash that nodes verify is of exactly these bytes.
  expect(config.hash).toBe(createHash('sha256').update(bytes).digest('hex'));
  const bundle = JSON.parse(Buffer.from(bytes).toString()) as ConfigBundle;
  expect(bundle.rules['redis.yml']).toContain('# changed by a test');
  expect(ids(await instances())).toEqual(before.instances);
}, 240_000);

test('every address serves the same state', async () => {
  expect(ids(await instances(1))).toEqual(ids(await instances(0)));
});

test('a taken port is said in one line', async () => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const taken = (server.address() as { port: number }).port;
  const { moto_server } = await resolveTools(['moto_server']);
  const start = startEmulator({
    python: moto_server.python,
    env: moto_server.env,
    listen: [`127.0.0.1:${taken}`],
    log: join(dir, 'taken.log'),
  });
  await expect(start).rejects.toThrow(new RegExp(`cannot listen on 127.0.0.1:${taken}`));
  await new Promise((done) => server.close(done));
}, 60_000);
