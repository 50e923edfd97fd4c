import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { deployApp, emulatorEnv, startEmulator, type Emulator } from '../../local/emulator/deploy';
import { ConfigFixture } from '../infra/config-fixture';

const REGION = 'eu-west-1';
const dir = mkdtempSync(join(tmpdir(), 'promha-deploy-'));
let emulator: Emulator;
let port: number;
const said: string[] = [];

/* eslint-disable @typescript-eslint/no-explicit-any */
/** One answer of the AWS CLI: what the runner reads must be there for anybody. */
function aws(...args: string[]): any {
  const env = { ...process.env, ...emulatorEnv(port, REGION) };
  return JSON.parse(execFileSync('aws', [...args, '--output', 'json'], { env, encoding: 'utf8' }));
}
const deploy = (name: string, configDir: string): Promise<void> =>
  deployApp({ port, region: REGION, configDir, outDir: join(dir, name), onProgress: (line) => said.push(line) });

beforeAll(async () => {
  emulator = await startEmulator({
    python: process.env.PROMHA_MOTO_PYTHON,
    listen: ['127.0.0.1:0', '127.77.1.1:0'],
    log: join(dir, 'emulator.log'),
  });
  port = Number(emulator.listen[0]!.split(':')[1]);
  await deploy('first', 'config');
}, 240_000);

afterAll(async () => {
  await emulator?.stop();
  rmSync(dir, { recursive: true });
});

const pointer = (): any => {
  const [rule] = aws('events', 'list-rules').Rules;
  const [target] = aws('events', 'list-targets-by-rule', '--rule', rule.Name).Targets;
  return { schedule: rule.ScheduleExpression, target, input: JSON.parse(target.Input) };
};
const instances = (): any[] =>
  aws('ec2', 'describe-instances', '--filters', 'Name=tag:prometheus-ha:cluster,Values=trading-metrics')
    .Reservations.flatMap((r: any) => r.Instances)
    .sort((a: any, b: any) => a.Placement.AvailabilityZone.localeCompare(b.Placement.AvailabilityZone));
const tag = (tags: any[], key: string): string => tags.find((t) => t.Key === key)?.Value;

test('each node is an instance in its zone, with its user data, behind the load balancer', () => {
  const found = instances();
  expect(found.map((i) => [tag(i.Tags, 'prometheus-ha:node'), i.Placement.AvailabilityZone])).toEqual([
    ['prometheus-1', 'eu-west-1a'],
    ['prometheus-2', 'eu-west-1b'],
  ]);
  for (const instance of found) {
    expect(instance.PrivateIpAddress).toMatch(/^10\.77\./);
    const id = tag(instance.Tags, 'aws:ec2launchtemplate:id');
    const [version] = aws(
      'ec2',
      'describe-launch-template-versions',
      '--launch-template-id',
      id,
      '--versions',
      '$Latest',
    ).LaunchTemplateVersions;
    const text = Buffer.from(version.LaunchTemplateData.UserData, 'base64').toString();
    expect(text.startsWith('#cloud-config\n')).toBe(true);
    const written = new Map<string, string>(parse(text).write_files.map((f: any) => [f.path, f.content]));
    const node = JSON.parse(written.get('/etc/prometheus-ha/node.json')!);
    expect(node).toMatchObject({ cluster: 'trading-metrics', node: tag(instance.Tags, 'prometheus-ha:node') });
    // Tokens of the CDK are values by now.
    aws('s3api', 'get-bucket-versioning', '--bucket', node.controlBucket);
    const { agent } = JSON.parse(written.get('/etc/prometheus-ha/boot.json')!);
    expect(aws('s3api', 'head-object', '--bucket', agent.bucket, '--key', agent.key).ContentLength).toBeGreaterThan(
      1000,
    );
    expect(written.get('/etc/systemd/system/prometheus-ha-agent.service')).toContain('Restart=always');
  }
  const [balancer] = aws('elbv2', 'describe-load-balancers').LoadBalancers;
  expect(balancer.Type).toBe('network');
  const [group] = aws('elbv2', 'describe-target-groups').TargetGroups;
  const targets = aws('elbv2', 'describe-target-health', '--target-group-arn', group.TargetGroupArn);
  expect(targets.TargetHealthDescriptions.map((t: any) => t.Target.Id).sort()).toEqual(
    found.map((i) => i.InstanceId).sort(),
  );
});

test('data volumes are found by their tags', () => {
  const { Volumes } = aws('ec2', 'describe-volumes', '--filters', 'Name=tag-key,Values=prometheus-ha:generation');
  expect(Volumes.map((v: any) => [tag(v.Tags, 'prometheus-ha:node'), v.AvailabilityZone, v.Encrypted]).sort()).toEqual([
    ['prometheus-1', 'eu-west-1a', true],
    ['prometheus-2', 'eu-west-1b', true],
  ]);
});

test('functions read back with their environment, and their bundle runs', () => {
  const { Configuration, Code } = aws('lambda', 'get-function', '--function-name', 'trading-metrics-promote-alerting');
  expect(Configuration.Environment.Variables).toMatchObject({ PROMHA_NODES: 'prometheus-1,prometheus-2' });
  expect(Code.Location).toBeDefined();
  const { TemplateBody } = aws('cloudformation', 'get-template', '--stack-name', 'trading-metrics-control');
  const resources = (typeof TemplateBody === 'string' ? JSON.parse(TemplateBody) : TemplateBody).Resources;
  const own = Object.values<any>(resources).find((r) => r.Properties?.FunctionName === Configuration.FunctionName);
  const bucket = `cdk-hnb659fds-assets-123456789012-${REGION}`;
  const unpacked = join(dir, 'code');
  mkdirSync(unpacked);
  aws('s3api', 'get-object', '--bucket', bucket, '--key', own.Properties.Code.S3Key, join(dir, 'code.zip'));
  execFileSync('python3', ['-m', 'zipfile', '-e', join(dir, 'code.zip'), unpacked]);
  const load = `process.exit(typeof require(${JSON.stringify(join(unpacked, 'index.js'))}).handler === 'function' ? 0 : 1)`;
  execFileSync(process.execPath, ['-e', load]);
});

test('alarms read back with what they call', () => {
  const { MetricAlarms } = aws('cloudwatch', 'describe-alarms');
  const alarm = MetricAlarms.find((a: any) => a.AlarmName === 'trading-metrics-alerting-node-unhealthy');
  expect(alarm).toMatchObject({ Period: 10, EvaluationPeriods: 1, TreatMissingData: 'notBreaching', Threshold: 1 });
  expect(alarm.AlarmActions[0]).toContain(':function:trading-metrics-promote-alerting');
});

test('a changed rule reaches the schedule with the next deploy, and replaces nothing', async () => {
  const before = { pointer: pointer(), instances: instances().map((i) => i.InstanceId) };
  expect(before.pointer).toMatchObject({ schedule: 'rate(1 minute)', input: { source: 'schedule' } });
  const fixture = new ConfigFixture();
  appendFileSync(fixture.path('rules/redis.yml'), '\n# changed by a test\n');
  await deploy('second', fixture.dir);
  fixture.remove();
  const after = pointer();
  expect(after.input.config.hash).not.toBe(before.pointer.input.config.hash);
  const file = join(dir, 'bundle.json');
  aws('s3api', 'get-object', '--bucket', after.input.config.bucket, '--key', after.input.config.key, file);
  expect(JSON.parse(execFileSync('cat', [file], { encoding: 'utf8' })).rules['redis.yml']).toContain(
    '# changed by a test',
  );
  expect(instances().map((i) => i.InstanceId)).toEqual(before.instances);
}, 240_000);

test('every address serves the same state', () => {
  const there = aws('ec2', 'describe-instances', '--endpoint-url', `http://${emulator.listen[1]}`).Reservations;
  const ids = there.flatMap((r: any) => r.Instances).map((i: any) => i.InstanceId);
  expect(ids).toEqual(expect.arrayContaining(instances().map((i) => i.InstanceId)));
});

test('a taken port is said in one line', async () => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const taken = (server.address() as { port: number }).port;
  const start = startEmulator({ listen: [`127.0.0.1:${taken}`], log: join(dir, 'taken.log') });
  await expect(start).rejects.toThrow(new RegExp(`cannot listen on 127.0.0.1:${taken}`));
  await new Promise((done) => server.close(done));
}, 60_000);
