/** Why a permission is there although no recorded drill needed it: one action on one resource. */
export interface Reason {
  readonly who: readonly string[];
  readonly action: string;
  readonly resource: string;
  readonly why: string;
}

const reason = (who: readonly string[], action: string, resource: string, why: string): Reason => ({
  who,
  action,
  resource,
  why,
});

/** Roles of functions, without what only they have. */
const FUNCTIONS = [
  'healthcheck',
  'issuecertificates',
  'promotealerting',
  'reconnectredis',
  'relay',
  'restoresnapshot',
  'routequeries',
  'shedload',
  'silence',
  'takesnapshot',
];
const TASKS = ['compact', 'query', 'store'];
const roles = (names: readonly string[], end = 'Role'): string[] => names.map((name) => `${name}${end}`);

const INTERFACES = 'arn:aws:ec2:{region}:{account}:*/*';
const LAMBDA_DOES = 'Lambda itself, for the network interface; it refuses to make a function whose role may not';
const ZONE = '{Names}';
const CLOUD_MAP_DOES = 'Cloud Map itself, with the permissions of who registers (Cloud Map API, RegisterInstance)';
const CLUSTER_AND_SHARD = 'aws:ResourceTag/prometheus-ha:cluster, aws:ResourceTag/prometheus-ha';
const NODE_LOGS = ['nodes', 'nodes-1'].map(
  (end) => `arn:aws:logs:{region}:{account}:log-group:/prometheus-ha/{cluster}/${end}:log-stream:{node}/*`,
);
const ONCE = 'a day is the least age that is pruned, and no drill is that long';

/** Logs are files here, written by nobody's API: what writes them in AWS is not ours. */
const LOGS: readonly Reason[] = ['logs:CreateLogStream', 'logs:PutLogEvents'].flatMap((action) => [
  ...FUNCTIONS.map((name) => reason([`${name}Role`], action, `{${name}Log}`, "Lambda's own: what functions print")),
  ...TASKS.map((name) => reason([`${name}TaskExecutionRole`], action, `{${name}Log}`, "ECS's own: what tasks print")),
  ...NODE_LOGS.map((group) => reason(['node'], action, group, 'the CloudWatch agent, which no node runs here')),
  reason(['VpcRejectedIAMRole'], action, '{RejectedTraffic}', "EC2's own: the flow log of the VPC"),
]);

/** What AWS's services do in the name of a role of ours, and the emulator does without asking. */
const BY_AWS: readonly Reason[] = [
  reason(['VpcRejectedIAMRole'], 'logs:DescribeLogStreams', '{RejectedTraffic}', "EC2's own: the flow log of the VPC"),
  ...['AssignPrivateIpAddresses', 'CreateNetworkInterface', 'DeleteNetworkInterface', 'UnassignPrivateIpAddresses'].map(
    (call) => reason(roles(FUNCTIONS), `ec2:${call}`, INTERFACES, LAMBDA_DOES),
  ),
  ...['DescribeNetworkInterfaces', 'DescribeSubnets'].map((call) =>
    reason(roles(FUNCTIONS), `ec2:${call}`, '*', LAMBDA_DOES),
  ),
  ...['GetHostedZone', 'ListResourceRecordSets'].map((call) =>
    reason(['node'], `route53:${call}`, ZONE, CLOUD_MAP_DOES),
  ),
  reason(
    ['node'],
    'route53:ChangeResourceRecordSets',
    `${ZONE} if route53:ChangeResourceRecordSetsNormalizedRecordNames`,
    CLOUD_MAP_DOES,
  ),
  reason(['node'], 'ec2:DescribeInstances', '*', CLOUD_MAP_DOES),
  reason(['node'], 'cloudformation:SignalResource', '{stack}', 'the signal of the first boot, which is played'),
  reason(
    ['node'],
    'AWS’s own policy',
    'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore',
    'the SSM agent, which no node runs here',
  ),
  ...['{AlarmTopicKey}', '{Authority}'].map((key) =>
    reason(
      ['arn:aws:iam::{account}:root'],
      'kms:*',
      key,
      "the account's IAM policies decide who administers the key: without it nobody could (KMS Developer Guide, key policies)",
    ),
  ),
];

/** What happens rarely, and to no drill. */
const RARE: readonly Reason[] = [
  reason(
    ['node'],
    's3:GetObject',
    '{ControlBucket}/shards/move.json',
    'once, by a cluster that another system tells for',
  ),
  reason(
    roles(FUNCTIONS),
    'sqs:SendMessage',
    '{GivenUp}',
    'Lambda itself, when a call is given up: no drill lasts so long',
  ),
  reason(
    ['takesnapshotRole'],
    'ec2:DeleteSnapshot',
    `arn:aws:ec2:{region}::snapshot/* if ${CLUSTER_AND_SHARD}:shard, aws:ResourceTag/prometheus-ha:taken-at`,
    ONCE,
  ),
  reason(
    ['restoresnapshotRole'],
    'ec2:DeleteVolume',
    `arn:aws:ec2:{region}:{account}:volume/* if ${CLUSTER_AND_SHARD}:restored-from, aws:ResourceTag/prometheus-ha:shard`,
    'a volume that was made and that the node does not need any more: it got well by itself within seconds',
  ),
  reason(
    ['compactTaskRole'],
    's3:DeleteObject',
    '{BlocksBucket}/*',
    'what it has compacted it deletes 48 h later (--delete-delay), which is longer than any drill',
  ),
];

/** promha runs with these policies against the local run, by no drill's doing; test/infra/operators.test.ts judges what it calls. */
const by =
  (who: 'operator' | 'smoke') =>
  ([action, resource, command]: readonly [string, string, string]): Reason =>
    reason([who], action, resource, `promha ${command}`);
const machines = 'arn:aws:ec2:{region}:{account}:instance/* if aws:ResourceTag/prometheus-ha:cluster';
const OPERATORS: readonly Reason[] = (
  [
    [
      'cloudformation:DescribeStacks',
      'arn:aws:cloudformation:{region}:{account}:stack/{cluster}-stateful/*',
      'with every command',
    ],
    ['s3:ListBucket', '{ControlBucket}', 'status'],
    ['s3:GetObject', '{ControlBucket}/*', 'status'],
    ['s3:ListBucketVersions', '{ControlBucket}', 'history'],
    ['s3:GetObjectVersion', '{ControlBucket}/*', 'history'],
    ['s3:PutObject', '{ControlBucket}/shards/*/assignment.json', 'switchover, pause, resume'],
    ['s3:PutObject', '{ControlBucket}/shards/move.json', 'move switch'],
    ['lambda:InvokeFunction', '{relayFunction}', 'status, from outside the VPC'],
    ['lambda:InvokeFunction', '{silenceFunction}', 'silence, from outside the VPC'],
    ['lambda:GetFunctionConfiguration', '{healthcheckFunction}*', 'status: the deployed policy'],
    ['ec2:DescribeSnapshots', '*', 'status'],
    ['ec2:DescribeVolumes', '*', 'status'],
    ['elasticloadbalancing:DescribeListeners', '*', 'status: where queries go'],
    ['elasticloadbalancing:DescribeTags', '*', 'audit: which target group is that of Thanos'],
    ['elasticloadbalancing:DescribeTargetGroups', '*', 'audit: likewise'],
    ['elasticloadbalancing:DescribeTargetHealth', '*', 'audit: which task answers'],
    ['ssm:SendCommand', 'arn:aws:ssm:{region}::document/AWS-RunShellScript', 'drill kill-prometheus'],
    ['ssm:SendCommand', machines, 'drill kill-prometheus'],
    ['ec2:TerminateInstances', machines, 'drill lose-machine'],
  ] as const
).map(by('operator'));

const alarms = 'arn:aws:cloudwatch:{region}:{account}:alarm:';
const queryService = 'arn:aws:ecs:{region}:{account}:service/{cluster}/{cluster}-query';
const [volumes, snapshots] = ['arn:aws:ec2:{region}:{account}:volume/*', 'arn:aws:ec2:{region}::snapshot/*'];
const test = (where: string): string => `aws:${where}/prometheus-ha:cluster, aws:${where}/prometheus-ha:test-of`;
const SMOKE: readonly Reason[] = (
  [
    ['cloudwatch:SetAlarmState', `${alarms}{cluster}-relay-errors`, 'smoke: alarm'],
    ['cloudwatch:DescribeAlarms', `${alarms}*`, 'smoke: alarm'],
    ['cloudwatch:DescribeAlarmHistory', `${alarms}*`, 'smoke: alarm'],
    ['cloudwatch:GetMetricStatistics', '*', 'smoke: alarm, what SNS delivered'],
    ['sns:ListSubscriptionsByTopic', '{AlarmTopic}', 'smoke: alarm'],
    ['ec2:CreateVolume', `${volumes} if ${test('RequestTag')}`, 'smoke: restore'],
    ['ec2:CreateVolume', `${snapshots} if aws:ResourceTag/prometheus-ha:cluster`, 'smoke: restore'],
    ['ec2:CreateTags', `${volumes} if ec2:CreateAction`, 'smoke: restore'],
    ['ec2:DeleteVolume', `${volumes} if ${test('ResourceTag')}`, 'smoke: restore, interrupted'],
    ['elasticloadbalancing:DescribeLoadBalancers', '*', 'smoke: fallback'],
    ['ecs:DescribeServices', queryService, 'smoke: fallback'],
    ['ecs:UpdateService', queryService, 'smoke: fallback'],
  ] as const
).map(by('smoke'));

export const REASONS: readonly Reason[] = [...LOGS, ...BY_AWS, ...RARE, ...OPERATORS, ...SMOKE];
