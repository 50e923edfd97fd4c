import { spawnSync } from 'node:child_process';
import { appendFileSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { resolveTools } from '../../local/tools';
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

test.each(TEMPLATE_RULES)('$says', ({ check }) => {
  check(made, made.cluster);
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
    return {
      ...rule!,
      Properties: { ...rule!.Properties, Targets: [{ ...rule!.Properties.Targets[0], InputTransformer: '' }] },
    };
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
    expect(resource).toMatchObject({ DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
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
});

test('the load balancer asks the agent as fast as it can, whether its node answers clients', () => {
  const [group] = made.all('AWS::ElasticLoadBalancingV2::TargetGroup');
  expect(group!.Properties).toMatchObject({
    Port: 10904,
    Protocol: 'TCP',
    HealthCheckPort: '9099',
    HealthCheckPath: '/-/answers-clients',
    HealthCheckProtocol: 'HTTP',
    HealthCheckIntervalSeconds: 5,
    HealthyThresholdCount: 2,
    UnhealthyThresholdCount: 2,
  });
  expect(group!.Properties.HealthCheckTimeoutSeconds).toBeLessThan(5);
  const [balancer] = made.all('AWS::ElasticLoadBalancingV2::LoadBalancer');
  expect(balancer!.Properties).toMatchObject({ Scheme: 'internal', Type: 'network' });
});

test('cdk-nag would find something', () => {
  const check = (scope: IConstruct) => new AwsSolutionsChecks().validateScope(scope);
  const stack = new Stack(new App(), 'spoiled');
  new Bucket(stack, 'Bucket');
  expect(check(stack).violations.map((v) => v.ruleName)).toContain('AwsSolutions-S10');
});

/** What it found nothing in: other shapes have most templates in common, and it takes its time. */
const sound = new Set<string>();

/** @throws with its findings */
async function lint({ dir }: Synthesized): Promise<void> {
  const { 'cfn-lint': tool } = await resolveTools(['cfn-lint']);
  const all = readdirSync(dir).filter((name) => name.endsWith('.template.json'));
  expect(all).toHaveLength(6);
  const textOf = (name: string): string => readFileSync(join(dir, name), 'utf8');
  const templates = all.filter((name) => !sound.has(textOf(name)));
  const env = { ...process.env, ...tool.env };
  const { status, stdout, stderr } = spawnSync(tool.path, templates, { cwd: dir, env, encoding: 'utf8' });
  expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
  for (const name of templates) sound.add(textOf(name));
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
    expect(s.all('AWS::EC2::VPCEndpoint')).toHaveLength(12);
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
