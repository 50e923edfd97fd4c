import type { Rate } from '../../contract/documents/price-table';
import { propertiesOf, type Template } from '../../contract/documents/template';
import { UserError } from '../../contract/errors';
import { anything, fields, flag, listOf, number, optional, text } from '../../contract/shape';
import { computeOfTasks } from './fargate';
import { HOURS_OF_MONTH, type Plane, type Quantity } from './item';
import type { TemplateFunction } from './run';

const volume = propertiesOf('AWS::EC2::Volume', fields({ Size: number }));
const launchTemplate = propertiesOf(
  'AWS::EC2::LaunchTemplate',
  fields({
    LaunchTemplateData: fields({
      InstanceType: text,
      Monitoring: optional(fields({ Enabled: flag })),
      BlockDeviceMappings: optional(listOf(fields({ Ebs: optional(fields({ VolumeSize: number })) }))),
    }),
  }),
);
const endpoint = propertiesOf(
  'AWS::EC2::VPCEndpoint',
  fields({ VpcEndpointType: optional(text), SubnetIds: optional(listOf(anything)) }),
);
const alarm = propertiesOf('AWS::CloudWatch::Alarm', fields({ Period: optional(number) }));
const lambda = propertiesOf(
  'AWS::Lambda::Function',
  fields({ FunctionName: text, MemorySize: number, Architectures: optional(listOf(text)) }),
);

const policies = propertiesOf(
  'AWS::IAM::Role',
  fields({
    Policies: optional(
      listOf(
        fields({
          PolicyDocument: fields({
            Statement: listOf(fields({ Action: optional(anything), Resource: optional(anything) })),
          }),
        }),
      ),
    ),
  }),
);
const keyed = propertiesOf('AWS::KMS::Key', fields({ Description: optional(text) }));

const one = (name: string, plane: Plane, rate: Quantity['rate'], counted: number, unit: string): Quantity => ({
  name,
  plane,
  rate,
  counted,
  unit,
  from: 'templates',
});
const hourly = (name: string, rate: Quantity['rate'], count = 1): Quantity =>
  one(name, 'data', rate, count * HOURS_OF_MONTH, 'hours');
const monthly = (name: string, plane: Plane, rate: Rate, unit: string): Quantity => one(name, plane, rate, 1, unit);

/** EC2's own metrics every minute instead of every five: seven of an instance. */
const DETAILED_METRICS = 7;

function node(value: unknown): Quantity[] {
  const { InstanceType, Monitoring, BlockDeviceMappings } = launchTemplate(value).LaunchTemplateData;
  const root = (BlockDeviceMappings ?? []).reduce((sum, { Ebs }) => sum + (Ebs?.VolumeSize ?? 0), 0);
  return [
    hourly(`instances ${InstanceType}`, { instance: InstanceType }),
    one('root volumes', 'data', 'ebsGp3GbMonth', root, 'GB-months'),
    ...(Monitoring?.Enabled === true
      ? [one("instances' detailed monitoring", 'data', 'metricMonth', DETAILED_METRICS, 'metrics')]
      : []),
  ];
}

function endpointHours(value: unknown): Quantity[] {
  const { VpcEndpointType, SubnetIds } = endpoint(value);
  return VpcEndpointType === 'Interface'
    ? [hourly('interface endpoints', 'interfaceEndpointHour', SubnetIds?.length ?? 1)]
    : [];
}

function alarmMonth(value: unknown): Quantity[] {
  return (alarm(value).Period ?? 60) < 60
    ? [monthly('alarms of a high resolution', 'control', 'alarmHighResolutionMonth', 'alarms')]
    : [monthly('alarms', 'control', 'alarmMonth', 'alarms')];
}

/** How often a node asks for its secrets (lib/core/secrets/known.ts), 20 at once. Parameters of Systems Manager are free. */
const SECRET_LOOKS_PER_HOUR = 120;

function role(value: unknown): Quantity[] {
  const { Policies = [] } = policies(value);
  const statements = Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  const reading = statements.filter(({ Action }) => Action === 'secretsmanager:GetSecretValue');
  const secrets = reading.flatMap(({ Resource }) => [Resource].flat()).length;
  if (secrets === 0) return [];
  const looks = Math.ceil(secrets / 20) * SECRET_LOOKS_PER_HOUR * HOURS_OF_MONTH;
  return [one('looks for new secrets', 'data', 'secretRequest', looks, 'calls')];
}

/** By type, what one of them costs. */
const PRICED: Readonly<Record<string, (value: unknown) => Quantity[]>> = {
  'AWS::EC2::LaunchTemplate': node,
  'AWS::EC2::Volume': (value) => [one('data volumes', 'data', 'ebsGp3GbMonth', volume(value).Size, 'GB-months')],
  'AWS::EC2::NatGateway': () => [hourly('NAT gateways', 'natGatewayHour')],
  'AWS::EC2::EIP': () => [hourly('public addresses', 'publicAddressHour')],
  'AWS::EC2::VPCEndpoint': endpointHours,
  'AWS::ElasticLoadBalancingV2::LoadBalancer': () => [
    hourly('load balancer', 'nlbHour'),
    { ...hourly("load balancer's capacity units", 'nlbCapacityUnitHour'), from: 'assumed' },
  ],
  'AWS::CloudWatch::Alarm': alarmMonth,
  'AWS::CloudWatch::Dashboard': () => [monthly('dashboard', 'data', 'dashboardMonth', 'dashboards')],
  'AWS::KMS::Key': (value) => {
    const { Description: says = '' } = keyed(value);
    if (/secrets/.test(says)) return [monthly("key of secrets' copies", 'data', 'keyMonth', 'keys')];
    const name = /[Cc]ertificates/.test(says) ? 'key of certificates' : 'key of the topic';
    return [monthly(name, 'control', 'keyMonth', 'keys')];
  },
  'AWS::IAM::Role': role,
  'AWS::ServiceDiscovery::PrivateDnsNamespace': () => [
    monthly('names of Thanos', 'data', 'hostedZoneMonth', 'hosted zones'),
  ],
  'AWS::Route53::HostedZone': () => [monthly('name for queries', 'data', 'hostedZoneMonth', 'hosted zones')],
};

/** Of no price of their own: nothing, or by what they run, keep and are asked, which is priced apart. */
const FREE: readonly RegExp[] = [
  /^AWS::IAM::/,
  /^AWS::ApplicationAutoScaling::/,
  /^AWS::AutoScaling::/,
  /^AWS::EC2::(FlowLog|InternetGateway|Route|RouteTable|SecurityGroup|SecurityGroup(In|E)gress|Subnet|VPC)$/,
  /^AWS::EC2::(SubnetRouteTableAssociation|VPCGatewayAttachment|NetworkAcl.*|VPCPeeringConnection)$/,
  /^AWS::ECS::/,
  /^AWS::ElasticLoadBalancingV2::(Listener|TargetGroup)$/,
  /^AWS::Events::Rule$/,
  /^AWS::Lambda::/,
  /^AWS::Logs::(LogGroup|MetricFilter|SubscriptionFilter|QueryDefinition)$/,
  /^AWS::Route53::RecordSet$/,
  /^AWS::S3::/,
  /^AWS::SNS::/,
  /^AWS::SQS::/,
  /^AWS::SSM::Parameter$/,
  /^AWS::ServiceDiscovery::Service$/,
  /^AWS::CDK::Metadata$/,
];

/** What the resources of all stacks cost, whatever they are asked. @throws UserError for a type without a price */
export function quantitiesOfTemplates(templates: readonly Template[]): Quantity[] {
  return templates.flatMap((template) => [
    ...Object.entries(template.Resources).flatMap(([id, { Type, Properties }]) => {
      const priced = PRICED[Type];
      if (priced !== undefined) return priced(Properties ?? {});
      if (FREE.some((pattern) => pattern.test(Type))) return [];
      throw new UserError({
        what: 'a resource is neither priced nor named free',
        got: `${id}, ${Type}`,
        expected: 'a type whose price is known',
        fix: 'add it to lib/core/costs/resources.ts, with what AWS takes for it',
      });
    }),
    ...computeOfTasks(template),
  ]);
}

/** Of all shards. `cluster`: whose name theirs begin with. */
export function functionsOfTemplates(templates: readonly Template[], cluster: string): TemplateFunction[] {
  return templates.flatMap(({ Resources }) =>
    Object.values(Resources)
      .filter(({ Type }) => Type === 'AWS::Lambda::Function')
      .map(({ Properties }) => {
        const { FunctionName, MemorySize, Architectures } = lambda(Properties);
        const name = FunctionName.slice(cluster.length + 1).replace(/-\d+$/, '');
        return { name, memoryMiB: MemorySize, isArm: Architectures?.includes('arm64') ?? false };
      }),
  );
}
