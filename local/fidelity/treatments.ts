/**
 * What becomes of a deployed resource on this machine. `enforced`: it refuses or decides here as in AWS. `as deployed`:
 * its content runs here unchanged. `played`: something else does what it is for. `not at all`: nothing depends on it here.
 */
export type How = 'enforced' | 'as deployed' | 'played' | 'not at all';

export interface Treatment {
  readonly how: How;
  readonly why: string;
  /** The test that fails when it is left out; every `enforced` and `as deployed` has one. */
  readonly test?: string;
}

const DEPLOYED = 'test/contract/local/emulator-deploy.test.ts';
const GROUPS = 'test/contract/local/security-groups.test.ts';
const ECS = 'test/contract/local/ecs-player.test.ts';
const NAMES = 'test/unit/local/run/names.test.ts';
const BALANCER = 'test/contract/local/load-balancer.test.ts';

const enforced = (why: string, test: string): Treatment => ({ how: 'enforced', why, test });
const asDeployed = (why: string, test: string): Treatment => ({ how: 'as deployed', why, test });
const played = (why: string): Treatment => ({ how: 'played', why });
const notAtAll = (why: string): Treatment => ({ how: 'not at all', why });

const roles = enforced('calls of its sessions are judged by its policies', DEPLOYED);
const callers = enforced('who calls is judged by it', DEPLOYED);
const groups = enforced("as root, the host's namespace lets through what it says", GROUPS);
const routing = enforced(
  "as root, AWS's APIs answer a host only where it leads there; one bridge stands for everything within the VPC",
  'test/contract/local/routes.test.ts',
);

export const TREATMENTS: Readonly<Record<string, Treatment>> = {
  'AWS::IAM::Role': roles,
  'AWS::IAM::Policy': roles,
  'AWS::IAM::ManagedPolicy': roles,
  'AWS::IAM::InstanceProfile': roles,
  'AWS::Lambda::Permission': callers,
  'AWS::S3::BucketPolicy': callers,
  'AWS::SNS::TopicPolicy': callers,
  'AWS::EC2::SecurityGroup': groups,
  'AWS::EC2::SecurityGroupIngress': groups,
  'AWS::EC2::SecurityGroupEgress': groups,
  'AWS::CloudWatch::Alarm': enforced(
    "points come late, and are counted by CloudWatch's rules",
    'test/unit/local/run/alarms.test.ts',
  ),
  'AWS::Lambda::Function': asDeployed(
    "its bundle runs on the deployed Node.js major version, within the account's concurrency",
    DEPLOYED,
  ),
  'AWS::EC2::LaunchTemplate': asDeployed(
    'its user data is written, its agent runs as its unit says, played; the drills `boot-…` really boot it',
    DEPLOYED,
  ),
  'AWS::EC2::Volume': asDeployed(
    'as root: a loop device with its own file system',
    'test/contract/volumes/volumes.test.ts',
  ),
  'AWS::Events::Rule': asDeployed('its rate or times, and its input', DEPLOYED),
  'AWS::S3::Bucket': asDeployed("with its versioning and S3's latency; life-cycle rules are not played", DEPLOYED),
  'AWS::ECS::Service': enforced(
    'refused without a load balancer; desired count, percentages, health, targets; the circuit breaker is not played',
    'test/contract/local/emulator-ecs.test.ts',
  ),
  'AWS::ECS::TaskDefinition': asDeployed('its command and health check; the image is the pinned program', ECS),
  'AWS::ElasticLoadBalancingV2::Listener': asDeployed('HAProxy forwards as it says, late', BALANCER),
  'AWS::ElasticLoadBalancingV2::TargetGroup': asDeployed(
    'its checks, stickiness and targets; new ones wait, and one that is sent to itself hears nothing where addresses are kept',
    BALANCER,
  ),
  'AWS::ElasticLoadBalancingV2::LoadBalancer': asDeployed('HAProxy in its place', BALANCER),
  'AWS::ServiceDiscovery::PrivateDnsNamespace': asDeployed('its names, and for how long none is one', NAMES),
  'AWS::ServiceDiscovery::Service': asDeployed('its instances are answered', ECS),
  'AWS::AutoScaling::AutoScalingGroup': played('a group of one: its instance is replaced, one group after the other'),
  'AWS::EC2::VPC': played('a bridge with its range'),
  'AWS::EC2::Subnet': played('addresses are taken from it'),
  'AWS::ECS::Cluster': played('its services run side by side'),
  'AWS::SNS::Subscription': notAtAll('no mail is sent from here'),
  'AWS::SNS::Topic': played('whether it takes an alarm is judged; no mail is sent'),
  'AWS::Lambda::EventInvokeConfig': enforced(
    "events wait, are tried again and given up as it says, by Lambda's rules",
    'test/unit/local/run/lambda/service.test.ts',
  ),
  'AWS::EC2::Route': routing,
  'AWS::EC2::RouteTable': routing,
  'AWS::EC2::SubnetRouteTableAssociation': routing,
  'AWS::EC2::InternetGateway': routing,
  'AWS::EC2::VPCGatewayAttachment': routing,
  'AWS::EC2::NatGateway': routing,
  'AWS::EC2::EIP': notAtAll('nobody here sees from which address a NAT gateway calls'),
  'AWS::EC2::VPCEndpoint': routing,
  'AWS::EC2::FlowLog': notAtAll('nobody reads it here'),
  'AWS::KMS::Key': enforced(
    'who publishes to its topic, or opens copies of secrets, is judged by its policy; the emulator encrypts those',
    'test/contract/local/emulator-secrets.test.ts',
  ),
  'AWS::KMS::Alias': asDeployed('nodes ask for its key by it', 'test/contract/local/emulator-secrets.test.ts'),
  'AWS::Logs::LogGroup': notAtAll('logs are files of the run'),
  'AWS::SQS::Queue': played('whether a function may send there what was given up is judged; its depth is a metric'),
  'AWS::SQS::QueuePolicy': notAtAll('it refuses plain http, and Lambda speaks none'),
  'AWS::Route53::RecordSet': notAtAll("the user's hosted zone is elsewhere"),
  'AWS::CloudWatch::Dashboard': notAtAll('shows what CloudWatch has, and changes nothing'),
  'AWS::ApplicationAutoScaling::ScalableTarget': played('no fewer tasks than its least, no more than its most'),
  'AWS::ApplicationAutoScaling::ScalingPolicy': notAtAll('query tasks stay at their desired count'),
};
