import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  DescribeAddressesCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeNatGatewaysCommand,
  DescribeSecurityGroupsCommand,
  DescribeVolumesCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { ECSClient, ListClustersCommand, ListServicesCommand } from '@aws-sdk/client-ecs';
import {
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { ListNamespacesCommand, ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import { TAGS } from '../../../lib/contract/tags';
import type { Owner } from './deployed-roles';

/** What of each kind there is in the account, beside what the CDK's bootstrap and AWS itself put there; none: left out. */
export async function census(owner: Owner): Promise<Readonly<Record<string, readonly string[]>>> {
  const kinds = { ...(await ofEc2(owner)), ...(await ofOthers(owner)) };
  const own = (names: readonly string[]): string[] => names.filter((name) => !/cdk|AWSServiceRole/.test(name)).sort();
  return Object.fromEntries(
    Object.entries(kinds)
      .map(([kind, names]) => [kind, own(names)] as const)
      .filter(([, names]) => names.length > 0),
  );
}

async function ofEc2(owner: Owner): Promise<Readonly<Record<string, readonly string[]>>> {
  const ec2 = new EC2Client(owner);
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
  const { Volumes = [] } = await ec2.send(new DescribeVolumesCommand({}));
  const { NatGateways = [] } = await ec2.send(new DescribeNatGatewaysCommand({}));
  const { Addresses = [] } = await ec2.send(new DescribeAddressesCommand({}));
  const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}));
  const { VpcEndpoints = [] } = await ec2.send(new DescribeVpcEndpointsCommand({}));
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
  const { LaunchTemplates = [] } = await ec2.send(new DescribeLaunchTemplatesCommand({}));
  const instances = Reservations.flatMap((one) => one.Instances ?? []);
  const gone = (state: string | undefined): boolean => state === 'terminated' || state === 'deleted';
  return {
    instances: instances.filter((one) => !gone(one.State?.Name)).map((one) => one.InstanceId!),
    // Root volumes go with their instances, as their launch template says; the emulator leaves them.
    volumes: Volumes.filter((one) => one.Tags?.some(({ Key }) => Key === TAGS.generation)).map((one) => one.VolumeId!),
    natGateways: NatGateways.filter((one) => !gone(one.State)).map((one) => one.NatGatewayId!),
    addresses: Addresses.map((one) => one.AllocationId!),
    vpcs: Vpcs.filter((one) => !one.IsDefault).map((one) => one.VpcId!),
    endpoints: VpcEndpoints.map((one) => one.VpcEndpointId!),
    securityGroups: SecurityGroups.filter((one) => one.GroupName !== 'default').map((one) => one.GroupId!),
    launchTemplates: LaunchTemplates.map((one) => one.LaunchTemplateId!),
  };
}

async function ofOthers(owner: Owner): Promise<Readonly<Record<string, readonly string[]>>> {
  const elb = new ElasticLoadBalancingV2Client(owner);
  const ecs = new ECSClient(owner);
  const { LoadBalancers = [] } = await elb.send(new DescribeLoadBalancersCommand({}));
  const { TargetGroups = [] } = await elb.send(new DescribeTargetGroupsCommand({}));
  const { clusterArns = [] } = await ecs.send(new ListClustersCommand({}));
  const services = await Promise.all(
    clusterArns.map(async (cluster) => (await ecs.send(new ListServicesCommand({ cluster }))).serviceArns ?? []),
  );
  const { Functions = [] } = await new LambdaClient(owner).send(new ListFunctionsCommand({}));
  const { MetricAlarms = [] } = await new CloudWatchClient(owner).send(new DescribeAlarmsCommand({}));
  const { Rules = [] } = await new EventBridgeClient(owner).send(new ListRulesCommand({}));
  const { Namespaces = [] } = await new ServiceDiscoveryClient(owner).send(new ListNamespacesCommand({}));
  const { Buckets = [] } = await new S3Client(owner).send(new ListBucketsCommand({}));
  const { Roles = [] } = await new IAMClient(owner).send(new ListRolesCommand({}));
  return {
    loadBalancers: LoadBalancers.map((one) => one.LoadBalancerName!),
    targetGroups: TargetGroups.map((one) => one.TargetGroupName!),
    services: services.flat(),
    functions: Functions.map((one) => one.FunctionName!),
    alarms: MetricAlarms.map((one) => one.AlarmName!),
    rules: Rules.map((one) => one.Name!),
    namespaces: Namespaces.map((one) => one.Name!),
    buckets: Buckets.map((one) => one.Name!),
    roles: Roles.map((one) => one.RoleName!),
  };
}
