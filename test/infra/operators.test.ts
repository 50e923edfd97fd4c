import { rmSync } from 'node:fs';
import { KEYS } from '../../lib/contract/keys';
import { TAGS } from '../../lib/contract/tags';
import { BALANCER_PORTS, PORTS } from '../../lib/contract/ports';
import { RELAYED_PORTS } from '../../lambdas/relay/may-ask';
import { evaluate } from '../../local/iam/evaluate';
import { parseIamPolicy } from '../../local/iam/policy';
import { ACCOUNT, arnOf, literal } from './literal';
import { synthesize, type Synthesized } from './synthesize';

let made: Synthesized;
beforeAll(() => {
  made = synthesize();
  rmSync(made.dir, { recursive: true });
});

const named = (type: string, key: string, name: string): string =>
  arnOf(made.all(type).find(({ Properties: p }) => p[key] === `${made.cluster.name}-${name}`)!.id);
const relay = (): string => named('AWS::Lambda::Function', 'FunctionName', 'relay');
const bucket = (): string => arnOf('ControlBucket');
const here = (service: string, what: string): string => `arn:aws:${service}:${made.cluster.region}:${ACCOUNT}:${what}`;

type Asked = readonly [action: string, resource: string, context?: Readonly<Record<string, string>>];

/** Whether a policy of the control stack allows it by itself. */
function may(name: 'OperatorPolicy' | 'SmokePolicy', [action, resource, context = {}]: Asked): boolean {
  const policy = made.all('AWS::IAM::ManagedPolicy').find(({ id }) => id.startsWith(name));
  const text = JSON.stringify(literal(policy!.Properties.PolicyDocument)).replaceAll('eu-west-1', made.cluster.region);
  const caller = { kind: 'role', account: ACCOUNT, roleArn: 'arn:role', sessionArn: 'arn:session' } as const;
  const identity = [parseIamPolicy(JSON.parse(text))];
  return evaluate({ caller, action, resource, context }, { identity, resource: null }).allowed;
}

const ours = (): Record<string, string> => ({ [`aws:ResourceTag/${TAGS.cluster}`]: made.cluster.name });

test('an operator may call all that promha calls', () => {
  const { name } = made.cluster;
  const allowed: readonly Asked[] = [
    ['cloudformation:DescribeStacks', here('cloudformation', `stack/${name}-stateful/0f`)],
    ['s3:ListBucket', bucket()],
    ['s3:ListBucketVersions', bucket()],
    ['s3:GetObject', `${bucket()}/${KEYS.announcement(1, 'node-1-1')}`],
    ['s3:GetObjectVersion', `${bucket()}/${KEYS.assignment(0)}`],
    ['s3:PutObject', `${bucket()}/${KEYS.assignment(0)}`],
    ['s3:PutObject', `${bucket()}/${KEYS.assignment(3)}`],
    ['lambda:InvokeFunction', relay()],
    ['lambda:InvokeFunction', named('AWS::Lambda::Function', 'FunctionName', 'silence')],
    ['lambda:GetFunctionConfiguration', here('lambda', `function:${name}-health-check`)],
    ['lambda:GetFunctionConfiguration', here('lambda', `function:${name}-health-check-2`)],
    ['elasticloadbalancing:DescribeTargetHealth', '*'],
    ['ec2:DescribeVolumes', '*'],
    ['ssm:SendCommand', `arn:aws:ssm:${made.cluster.region}::document/AWS-RunShellScript`],
    ['ssm:SendCommand', here('ec2', 'instance/i-1'), ours()],
    ['ec2:TerminateInstances', here('ec2', 'instance/i-1'), ours()],
  ];
  expect(allowed.filter((asked) => !may('OperatorPolicy', asked))).toEqual([]);
});

test('and no more', () => {
  const foreign = { [`aws:ResourceTag/${TAGS.cluster}`]: 'another' };
  const refused: readonly Asked[] = [
    ['s3:DeleteObject', `${bucket()}/${KEYS.assignment(0)}`],
    ['s3:DeleteObjectVersion', `${bucket()}/${KEYS.assignment(0)}`],
    ['s3:PutObject', `${bucket()}/${KEYS.heartbeat(0)}`],
    ['s3:PutObject', `${bucket()}/${KEYS.configPointer}`],
    ['s3:GetObject', `${arnOf('BlocksBucket')}/01HX/meta.json`],
    ['lambda:InvokeFunction', named('AWS::Lambda::Function', 'FunctionName', 'promote-alerting')],
    ['lambda:UpdateFunctionCode', relay()],
    ['ec2:TerminateInstances', here('ec2', 'instance/i-1'), foreign],
    ['ec2:TerminateInstances', here('ec2', 'instance/i-1')],
    ['ssm:SendCommand', here('ec2', 'instance/i-1'), foreign],
    ['ssm:SendCommand', `arn:aws:ssm:${made.cluster.region}::document/AWS-StopEC2Instance`],
  ];
  expect(refused.filter((asked) => may('OperatorPolicy', asked))).toEqual([]);
});

const cluster = (where: string, name = made.cluster.name): Record<string, string> => ({
  [`aws:${where}/${TAGS.cluster}`]: name,
});
const testOf = (where: string): Record<string, string> => ({ [`aws:${where}/${TAGS.testOf}`]: 'snap-1' });
const alarm = (name: string): string => here('cloudwatch', `alarm:${made.cluster.name}-${name}`);
const service = (name: string): string => here('ecs', `service/${made.cluster.name}/${made.cluster.name}-${name}`);
const topic = (): string => arnOf(made.all('AWS::SNS::Topic')[0]!.id);
const snapshot = (): string => `arn:aws:ec2:${made.cluster.region}::snapshot/snap-1`;

test('who runs the smoke test may call beside it what that calls', () => {
  const allowed: readonly Asked[] = [
    ['cloudwatch:DescribeAlarms', here('cloudwatch', 'alarm:*')],
    ['cloudwatch:DescribeAlarmHistory', alarm('relay-errors')],
    ['cloudwatch:SetAlarmState', alarm('relay-errors')],
    ['cloudwatch:GetMetricStatistics', '*'],
    ['sns:ListSubscriptionsByTopic', topic()],
    ['ec2:CreateVolume', here('ec2', 'volume/new'), { ...cluster('RequestTag'), ...testOf('RequestTag') }],
    ['ec2:CreateVolume', snapshot(), cluster('ResourceTag')],
    ['ec2:CreateTags', here('ec2', 'volume/new'), { 'ec2:CreateAction': 'CreateVolume' }],
    ['ec2:DeleteVolume', here('ec2', 'volume/vol-1'), { ...cluster('ResourceTag'), ...testOf('ResourceTag') }],
    ['elasticloadbalancing:DescribeLoadBalancers', '*'],
    ['ecs:DescribeServices', service('query')],
    ['ecs:UpdateService', service('query')],
  ];
  expect(allowed.filter((asked) => !may('SmokePolicy', asked))).toEqual([]);
  // What an operator may, that one may by his own policy.
  expect(allowed.filter((asked) => may('OperatorPolicy', asked))).toEqual([]);
});

test('and touches no data volume, no other alarm or service, and no other cluster', () => {
  const refused: readonly Asked[] = [
    ['cloudwatch:SetAlarmState', alarm('alerting-node-unhealthy')],
    ['cloudwatch:DeleteAlarms', alarm('relay-errors')],
    ['sns:Publish', topic()],
    ['ec2:CreateVolume', here('ec2', 'volume/new'), cluster('RequestTag')],
    ['ec2:CreateVolume', snapshot(), cluster('ResourceTag', 'another')],
    ['ec2:CreateTags', here('ec2', 'volume/vol-1'), cluster('ResourceTag')],
    ['ec2:DeleteVolume', here('ec2', 'volume/vol-1'), cluster('ResourceTag')],
    [
      'ec2:DeleteVolume',
      here('ec2', 'volume/vol-1'),
      { ...cluster('ResourceTag', 'another'), ...testOf('ResourceTag') },
    ],
    ['ec2:DetachVolume', here('ec2', 'volume/vol-1'), { ...cluster('ResourceTag'), ...testOf('ResourceTag') }],
    ['ec2:DeleteSnapshot', snapshot(), cluster('ResourceTag')],
    ['ecs:UpdateService', service('store')],
    ['ecs:DeleteService', service('query')],
  ];
  expect(refused.filter((asked) => may('SmokePolicy', asked))).toEqual([]);
});

test('every port that promha asks by the relay is open to it, both ways', () => {
  const fn = made.all('AWS::Lambda::Function').find(({ id }) => arnOf(id) === relay())!;
  const [group] = literal(fn.Properties.VpcConfig.SecurityGroupIds) as string[];
  const rules = (type: string): Record<string, unknown>[] =>
    made.all(type).map(({ Properties }) => literal(Properties) as Record<string, unknown>);
  for (const port of RELAYED_PORTS) {
    const egress = rules('AWS::EC2::SecurityGroupEgress').filter(
      (r) => sameGroup(r.GroupId, group) && r.FromPort === port && r.ToPort === port,
    );
    const ingress = rules('AWS::EC2::SecurityGroupIngress').filter(
      (r) => sameGroup(r.SourceSecurityGroupId, group) && r.FromPort === port && r.ToPort === port,
    );
    const to = (list: Record<string, unknown>[], key: string): unknown[] => list.map((r) => r[key]).sort();
    expect({ port, to: to(ingress, 'GroupId') }).toEqual({ port, to: to(egress, 'DestinationSecurityGroupId') });
    // Prometheus's port is also the load balancer's, for queries.
    expect(ingress).toHaveLength(port === BALANCER_PORTS.queries ? 2 : 1);
  }
  expect([...RELAYED_PORTS].sort()).toEqual([PORTS.prometheus, PORTS.agent, PORTS.thanosHttp].sort());
});

test('of the functions only `silence` reaches Alertmanager, and nothing else', () => {
  const silence = named('AWS::Lambda::Function', 'FunctionName', 'silence');
  const groupsOf = (id: string): unknown =>
    literal(
      made.all('AWS::Lambda::Function').find((one) => arnOf(one.id) === id)!.Properties.VpcConfig.SecurityGroupIds,
    );
  const [group] = groupsOf(silence) as string[];
  const rules = (type: string): Record<string, unknown>[] =>
    made.all(type).map(({ Properties }) => literal(Properties) as Record<string, unknown>);
  const leaves = rules('AWS::EC2::SecurityGroupEgress').filter((r) => sameGroup(r.GroupId, group));
  expect(leaves.map((r) => r.FromPort)).toEqual([PORTS.alertmanager]);
  const [nodes] = leaves.map((r) => r.DestinationSecurityGroupId);
  const enters = rules('AWS::EC2::SecurityGroupIngress').filter((r) => r.FromPort === PORTS.alertmanager);
  expect(enters.map((r) => r.GroupId)).toEqual([nodes, nodes]);
  expect(enters.filter((r) => sameGroup(r.SourceSecurityGroupId, group))).toHaveLength(1);
  expect(enters.filter((r) => sameGroup(r.SourceSecurityGroupId, nodes))).toHaveLength(1);
});

/** The function's stack imports the group by the name of its export. */
const sameGroup = (a: unknown, b: unknown): boolean =>
  String(a).replace('GroupId', '') === String(b).replace('GroupId', '');
