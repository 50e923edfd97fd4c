import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { loadConfiguration } from '../../lib/infra/config/load';
import { resolveTools } from '../../local/tools';
import { FIXTURE_CONFIG, ROOT } from '../fixtures/config-dir';
import { ConfigFixture } from '../fixtures/config-fixture';
import { synthesize, type Synthesized } from './synthesize';
import { TEMPLATE_RULES } from './template-rules';

let made: Synthesized;
const dirs: string[] = [];
const synth = (...args: Parameters<typeof synthesize>): Synthesized => {
  const result = synthesize(...args);
  dirs.push(result.dir);
  return result;
};
beforeAll(() => {
  made = synth();
});
afterAll(() => dirs.forEach((dir) => rmSync(dir, { recursive: true })));

/** Every file of a cloud assembly. */
function files(dir: string): Map<string, string> {
  return new Map(
    readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(dir.length), readFileSync(path, 'utf8').replaceAll(dir, '<dir>')]),
  );
}

test.each(TEMPLATE_RULES)('$says', ({ check }) => {
  check(made, loadConfiguration(join(FIXTURE_CONFIG, 'cluster.ts'), FIXTURE_CONFIG).cluster);
});

test.each([
  ['rule', 'rules/redis.yml'],
  ['target', 'targets/redis.yml'],
])('a changed %s changes one input of the schedule, and nothing else', (_, file) => {
  const fixture = new ConfigFixture();
  appendFileSync(fixture.path(file), '\n# changed\n');
  const changed = synth(fixture.dir);
  fixture.remove();
  const differing = Object.entries(made.stacks).flatMap(([stack, resources]) =>
    Object.entries(resources)
      .filter(([id, resource]) => JSON.stringify(resource) !== JSON.stringify(changed.stacks[stack]![id]))
      .map(([, resource]) => resource),
  );
  expect(differing.map((resource) => resource.Type)).toEqual(['AWS::Events::Rule']);
  const [before, after] = [made, changed].map((s) => {
    const [rule] = s.all('AWS::Events::Rule');
    return { ...rule!, Properties: { ...rule!.Properties, Targets: [{ ...rule!.Properties.Targets[0], Input: '' }] } };
  });
  expect(after).toEqual(before);
});

test('logical ids of what must survive are pinned: a changed one makes an empty twin', () => {
  const stateful = Object.entries(made.stacks.stateful!).filter(([, r]) => r.Type !== 'AWS::S3::BucketPolicy');
  expect(stateful.map(([id, r]) => [id, r.Type])).toEqual([
    ['ControlBucket', 'AWS::S3::Bucket'],
    ['BlocksBucket', 'AWS::S3::Bucket'],
    ['DataVolumeShard0Prometheus1', 'AWS::EC2::Volume'],
    ['DataVolumeShard0Prometheus2', 'AWS::EC2::Volume'],
  ]);
  for (const [, resource] of stateful) {
    expect(resource).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  }
  const manifest = JSON.parse(readFileSync(join(made.dir, 'manifest.json'), 'utf8'));
  expect(manifest.artifacts.stateful.properties.terminationProtection).toBe(true);
});

test('the control bucket keeps every version of the assignment', () => {
  const [bucket] = made.all('AWS::S3::Bucket');
  expect(bucket!.Properties.VersioningConfiguration).toEqual({ Status: 'Enabled' });
  const prefixes = bucket!.Properties.LifecycleConfiguration.Rules.filter(
    (rule: { NoncurrentVersionExpiration?: unknown }) => rule.NoncurrentVersionExpiration !== undefined,
  ).map((rule: { Prefix: string }) => rule.Prefix);
  expect(prefixes).toEqual(['heartbeats/', 'nodes/']);
});

test('no custom resources', () => {
  const types = Object.values(made.stacks).flatMap((resources) => Object.values(resources).map((r) => r.Type));
  expect(types.filter((type) => type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource')).toEqual(
    [],
  );
  expect(made.all('AWS::Lambda::Function').map((f) => f.Properties.FunctionName)).toEqual([
    'trading-metrics-health-check',
    'trading-metrics-promote-alerting',
    'trading-metrics-route-queries',
    'trading-metrics-shed-load',
    'trading-metrics-reconnect-redis',
    'trading-metrics-take-snapshot',
    'trading-metrics-restore-snapshot',
  ]);
});

test('reconnect-redis gets no further than the targets it is told of, and nodes may call it and nothing else', () => {
  const fn = made.all('AWS::Lambda::Function').find((f) => f.Properties.FunctionName.endsWith('reconnect-redis'))!;
  const { PROMHA_REMEDIES } = fn.Properties.Environment.Variables;
  expect(JSON.parse(PROMHA_REMEDIES)).toEqual([
    { name: 'redis', connect: { kind: 'redis', host: 'redis.trading.internal', port: 6379 } },
  ]);
  const group = made.all('AWS::EC2::SecurityGroup').find((g) => /reconnects/.test(g.Properties.GroupDescription))!;
  expect(group.Properties.SecurityGroupEgress.map((rule: { FromPort: number }) => rule.FromPort)).toEqual([443, 6379]);
  const statements = made
    .all('AWS::IAM::Role')
    .flatMap((r) => (r.Properties.Policies ?? []).flatMap((p: any) => p.PolicyDocument.Statement)); // eslint-disable-line @typescript-eslint/no-explicit-any
  const invoking = statements.filter((s) => JSON.stringify(s.Action).includes('lambda:'));
  expect(invoking).toHaveLength(2);
  for (const { Action, Resource } of invoking) {
    expect([Action, JSON.stringify(Resource)]).toEqual([
      'lambda:InvokeFunction',
      expect.stringContaining(':function:trading-metrics-reconnect-redis"'),
    ]);
  }
});

test('without remedies there is no such function, alarm or permission; what control may still import stays', () => {
  const s = synth(undefined, (c) => ({ ...c, remedies: [] }));
  const text = JSON.stringify({ ...s.stacks, network: {} });
  expect(text).not.toMatch(/reconnect|remed|lambda:InvokeFunction"?,"Effect":"Allow","Resource/i);
  expect(s.outputs.network).toEqual(made.outputs.network);
  const [group, ...more] = s.all('AWS::EC2::SecurityGroup').filter((g) => /reconnects/.test(JSON.stringify(g)));
  expect([group!.Properties.SecurityGroupEgress.length, more]).toEqual([1, []]);
});

test('a hook is bundled and gets its permissions; a password is read when it is deployed', () => {
  const [remedy] = loadConfiguration(join(FIXTURE_CONFIG, 'cluster.ts'), FIXTURE_CONFIG).cluster.remedies;
  const allow = [{ actions: ['ecs:UpdateService'], resources: ['arn:aws:ecs:eu-west-1:111122223333:service/a/redis'] }];
  // Any module will do that has a default export: nothing is called here.
  const hook = { module: 'test/fixtures/config/cluster.ts', after: '10s', allow };
  const s = synth(undefined, (c) => ({ ...c, remedies: [{ ...remedy!, hook, passwordSecret: 'redis/password' }] }));
  const fn = s.all('AWS::Lambda::Function').find((f) => f.Properties.FunctionName.endsWith('reconnect-redis'))!;
  const { PROMHA_REMEDIES, PROMHA_REMEDY_PASSWORD_REDIS } = fn.Properties.Environment.Variables;
  expect(JSON.parse(PROMHA_REMEDIES)[0]).toMatchObject({ hookAfterMs: 10_000 });
  expect(PROMHA_REMEDY_PASSWORD_REDIS).toBe('{{resolve:secretsmanager:redis/password:SecretString:::}}');
  expect(JSON.stringify(s.all('AWS::IAM::Role'))).toContain('ecs:UpdateService');
  const code = (synthesized: Synthesized): string =>
    synthesized.all('AWS::Lambda::Function').find((f) => f.Properties.FunctionName.endsWith('reconnect-redis'))!
      .Properties.Code.S3Key;
  expect(code(s)).not.toBe(code(made));
});

test('functions: arm64, in the VPC, with a log that ends', () => {
  for (const { Properties: p } of made.all('AWS::Lambda::Function')) {
    expect(p).toMatchObject({ Architectures: ['arm64'], MemorySize: 256, Runtime: 'nodejs24.x' });
    expect(p.VpcConfig.SubnetIds).toHaveLength(2);
    expect(p.LoggingConfig.LogGroup).toBeDefined();
  }
  for (const log of made.all('AWS::Logs::LogGroup')) expect(log.Properties.RetentionInDays).toBe(30);
});

test('function bundles stay below 600 KB and bring nothing of the CDK', () => {
  const bundles = [...files(made.dir)].filter(([path]) => path.endsWith('/index.js'));
  expect(bundles).toHaveLength(7);
  for (const [, text] of bundles) {
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(600_000);
    expect(text).not.toMatch(/aws-cdk-lib|@aws-cdk\//);
  }
});

test('the load balancer checks readiness as fast as one can, and keeps a client on its node', () => {
  const [group] = made.all('AWS::ElasticLoadBalancingV2::TargetGroup');
  expect(group!.Properties).toMatchObject({
    Port: 9090,
    Protocol: 'TCP',
    HealthCheckPath: '/-/ready',
    HealthCheckProtocol: 'HTTP',
    HealthCheckIntervalSeconds: 5,
    HealthyThresholdCount: 2,
    UnhealthyThresholdCount: 2,
  });
  expect(group!.Properties.HealthCheckTimeoutSeconds).toBeLessThan(5);
  expect(group!.Properties.TargetGroupAttributes).toEqual(
    expect.arrayContaining([{ Key: 'stickiness.type', Value: 'source_ip' }]),
  );
  const [balancer] = made.all('AWS::ElasticLoadBalancingV2::LoadBalancer');
  expect(balancer!.Properties).toMatchObject({ Scheme: 'internal', Type: 'network' });
});

test('every alarm has a name and a runbook entry', () => {
  const names = made.all('AWS::CloudWatch::Alarm').map((alarm) => alarm.Properties.AlarmName as string);
  expect(names).toHaveLength(34);
  const entries = names.map((name) => name.replace(/^trading-metrics-/, ''));
  for (const entry of entries) {
    const path = join(ROOT, 'docs/runbook', `${entry}.md`);
    expect({ path, exists: existsSync(path) }).toEqual({ path, exists: true });
    const headings = readFileSync(path, 'utf8').match(/^## .*$/gm);
    expect(headings).toEqual(['## Description', '## Investigation', '## Resolution']);
  }
  const written = readdirSync(join(ROOT, 'docs/runbook')).map((name) => name.replace('.md', ''));
  // What to do after an incident is written beside what to do in one.
  expect(written.sort()).toEqual([...entries, 'audit-after-an-incident'].sort());
});

test('the alarms are the second trigger of a failover', () => {
  const triggers = made
    .all('AWS::CloudWatch::Alarm')
    .filter((alarm) => JSON.stringify(alarm.Properties.AlarmActions).includes('promotealertingFunction'));
  expect(
    triggers.map(({ Properties: p }) => [p.MetricName, p.Statistic, p.Period, p.EvaluationPeriods, p.TreatMissingData]),
  ).toEqual([
    ['ActiveNodeHealthy', 'Minimum', 10, 1, 'notBreaching'],
    ['HealthCheckCycles', 'SampleCount', 10, 3, 'breaching'],
  ]);
});

test('cdk-nag would find something', () => {
  const check = (scope: IConstruct) => new AwsSolutionsChecks().validateScope(scope);
  const stack = new Stack(new App(), 'spoiled');
  new Bucket(stack, 'Bucket');
  expect(check(stack).violations.map((v) => v.ruleName)).toContain('AwsSolutions-S10');
});

/** @throws with its findings */
async function lint({ dir }: Synthesized): Promise<void> {
  const { 'cfn-lint': tool } = await resolveTools(['cfn-lint']);
  const templates = readdirSync(dir).filter((name) => name.endsWith('.template.json'));
  expect(templates).toHaveLength(6);
  const env = { ...process.env, ...tool.env };
  const { status, stdout, stderr } = spawnSync(tool.path, templates, { cwd: dir, env, encoding: 'utf8' });
  expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
}

test('cfn-lint finds nothing', () => lint(made));

describe('other shapes of a cluster', () => {
  test('without internet: interface endpoints, no NAT', async () => {
    const s = synth(undefined, (c) => ({
      ...c,
      network: { kind: 'new', cidr: '10.9.0.0/22', egress: 'endpoints' },
      artifactMirror: 'releases-mirror',
      account: '111122223333',
    }));
    expect(s.all('AWS::EC2::NatGateway')).toEqual([]);
    expect(s.all('AWS::EC2::VPCEndpoint')).toHaveLength(11);
    await lint(s);
  });

  test('in an imported VPC: only the way to S3 is added', async () => {
    const subnet = (n: number) => ({ subnetId: `subnet-0000000${n}`, routeTableId: `rtb-0000000${n}` });
    const s = synth(undefined, (c) => ({
      ...c,
      network: {
        kind: 'imported',
        vpcId: 'vpc-12345678',
        cidr: '10.5.0.0/16',
        subnets: { 'eu-west-1a': subnet(1), 'eu-west-1b': subnet(2) },
        addS3Endpoint: true,
      },
    }));
    expect(s.all('AWS::EC2::VPC')).toEqual([]);
    expect(s.all('AWS::EC2::VPCEndpoint').map((e) => e.Properties.RouteTableIds)).toEqual([
      ['rtb-00000001', 'rtb-00000002'],
    ]);
    expect(s.all('AWS::AutoScaling::AutoScalingGroup').map((g) => g.Properties.VPCZoneIdentifier)).toEqual([
      ['subnet-00000001'],
      ['subnet-00000002'],
    ]);
    await lint(s);
  });
});

test('a deploy says where to query, and where alarms go', () => {
  const outputs = (stack: string): string[] => {
    // What is exported is for other stacks, not for a reader.
    const all = made.outputs[stack] as Record<string, { Value: unknown }>;
    const told = Object.entries(all).filter(([id]) => !id.startsWith('ExportsOutput'));
    return told.map(([id, { Value }]) => `${id} ${JSON.stringify(Value)}`);
  };
  expect(outputs('query')).toEqual([
    expect.stringMatching(/^QueriesUrl .*http:\/\/.*LoadBalancer.*DNSName.*:9090/),
    expect.stringMatching(/^DirectUrl .*http:\/\/.*LoadBalancer.*DNSName.*:9091/),
  ]);
  expect(outputs('control')).toContainEqual(expect.stringMatching(/^AlarmTopicArn {"Ref":"AlarmTopic/));
});

test('snapshots and volumes: only with our tags, only for a test deleted, and nothing of a node is ever deleted', () => {
  const cluster = {
    'aws:ResourceTag/prometheus-ha:cluster': 'trading-metrics',
    'aws:ResourceTag/prometheus-ha:shard': '0',
  };
  interface Statement {
    readonly Action: string | string[];
    readonly Condition?: object;
  }
  const of = (name: string): Statement[] =>
    made
      .all('AWS::IAM::Role')
      .filter((r) => JSON.stringify(r.Properties.Policies ?? []).includes(name))
      .flatMap((r) =>
        (r.Properties.Policies as { PolicyDocument: { Statement: Statement[] } }[]).flatMap(
          (p) => p.PolicyDocument.Statement,
        ),
      );
  const statements = [...of('ec2:CreateSnapshot'), ...of('ec2:CreateVolume')];
  const ebs = statements.filter((s) => /ec2:(Create|Delete)(Snapshot|Volume|Tags)/.test(JSON.stringify(s.Action)));
  expect(ebs.length).toBeGreaterThan(10);
  for (const { Action, Condition } of ebs) {
    const conditions = JSON.stringify(Condition ?? {});
    expect([Action, conditions]).toEqual([Action, expect.stringMatching(/prometheus-ha:cluster|ec2:CreateAction/)]);
  }
  // What is made says by its tags what it is for, so that what may be deleted can be told from what a node has.
  const makes = ebs.filter(
    (s) => s.Action === 'ec2:CreateVolume' && JSON.stringify(s.Condition).includes('RequestTag'),
  );
  const marks = makes.flatMap(({ Condition }) => Object.keys((Condition as { Null: object }).Null));
  expect([...new Set(marks)].sort()).toEqual([
    'aws:RequestTag/prometheus-ha:restored-from',
    'aws:RequestTag/prometheus-ha:test-of',
  ]);
  const thins = ebs.filter((s) => s.Action === 'ec2:DeleteSnapshot');
  expect(thins.length).toBeGreaterThan(0);
  for (const { Condition } of thins) {
    expect(Condition).toEqual({
      StringEquals: cluster,
      Null: { 'aws:ResourceTag/prometheus-ha:taken-at': 'false' },
    });
  }
  const deletes = ebs.filter((s) => s.Action === 'ec2:DeleteVolume');
  expect(deletes.length).toBeGreaterThan(0);
  for (const { Condition } of deletes) {
    expect(Condition).toMatchObject({ StringEquals: cluster });
    // Only what was made for a test, or by a restore.
    expect(JSON.stringify(Condition)).toMatch(
      /"Null":{"aws:ResourceTag\/prometheus-ha:(test-of|restored-from)":"false"}/,
    );
  }
});

test('without `snapshots` nothing of it is there, and what holds data is the same', () => {
  const without = synth(undefined, (c) => ({ ...c, snapshots: false }));
  const names = (of: Synthesized, type: string, name: string): string[] =>
    of.all(type).map((r) => r.Properties[name] as string);
  const added = (type: string, name: string): string[] =>
    names(made, type, name).filter((n) => !names(without, type, name).includes(n));
  expect(added('AWS::Lambda::Function', 'FunctionName').sort()).toEqual([
    'trading-metrics-restore-snapshot',
    'trading-metrics-take-snapshot',
  ]);
  expect(added('AWS::CloudWatch::Alarm', 'AlarmName')).toHaveLength(9);
  expect(JSON.stringify(Object.values(without.stacks))).not.toMatch(
    /ec2:(CreateSnapshot|CreateVolume|DeleteVolume|DetachVolume)|take-snapshot|restore-snapshot/,
  );
  expect(without.stacks.stateful).toEqual(made.stacks.stateful);
});
