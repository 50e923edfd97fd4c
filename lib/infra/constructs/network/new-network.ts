import { RemovalPolicy } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { NewNetwork } from '../../config/schema/network';
import { pascal } from '../../../contract/pascal';
import type { NeededService } from '../../config/reach/needed-services';
import type { ClusterNetwork } from './cluster-network';

/**
 * Never for failover of alerting: volumes, signals of CloudFormation, Session Manager; for Thanos its image, its logs,
 * its names and the load balancer's listener; calls of functions by nodes and by health-check.
 */
const ENDPOINTS = {
  Ec2: InterfaceVpcEndpointAwsService.EC2,
  CloudFormation: InterfaceVpcEndpointAwsService.CLOUDFORMATION,
  Ssm: InterfaceVpcEndpointAwsService.SSM,
  SsmMessages: InterfaceVpcEndpointAwsService.SSM_MESSAGES,
  EcrApi: InterfaceVpcEndpointAwsService.ECR,
  EcrDocker: InterfaceVpcEndpointAwsService.ECR_DOCKER,
  Logs: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
  CloudMap: InterfaceVpcEndpointAwsService.CLOUD_MAP_SERVICE_DISCOVERY,
  LoadBalancing: InterfaceVpcEndpointAwsService.ELASTIC_LOAD_BALANCING,
  Lambda: InterfaceVpcEndpointAwsService.LAMBDA,
};

/** Of what the user's configuration asks; without it there is none of these. */
const BY_NEED: Readonly<Record<NeededService, InterfaceVpcEndpointAwsService>> = {
  'aps-workspaces': InterfaceVpcEndpointAwsService.PROMETHEUS_WORKSPACES,
  ecs: InterfaceVpcEndpointAwsService.ECS,
  elasticache: InterfaceVpcEndpointAwsService.ELASTICACHE,
  kms: InterfaceVpcEndpointAwsService.KMS,
  rds: InterfaceVpcEndpointAwsService.RDS,
  secretsmanager: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  sns: InterfaceVpcEndpointAwsService.SNS,
  sts: InterfaceVpcEndpointAwsService.STS,
};

/** One private subnet per zone; S3 by a gateway endpoint, which needs no instance, route or service to stay up. */
export function createNetwork(
  scope: Construct,
  network: NewNetwork,
  zones: readonly string[],
  needed: readonly NeededService[],
): ClusterNetwork {
  const nat = network.egress === 'nat';
  const type = nat ? SubnetType.PRIVATE_WITH_EGRESS : SubnetType.PRIVATE_ISOLATED;
  const vpc = new Vpc(scope, 'Vpc', {
    ipAddresses: IpAddresses.cidr(network.cidr),
    availabilityZones: [...zones],
    // One per zone: a node must not lose its way out with another node's zone.
    natGateways: nat ? zones.length : 0,
    subnetConfiguration: [
      ...(nat ? [{ name: 'nat', subnetType: SubnetType.PUBLIC, mapPublicIpOnLaunch: false, cidrMask: 28 }] : []),
      { name: 'nodes', subnetType: type, cidrMask: nodesMask(network.cidr, zones.length, nat) },
    ],
    gatewayEndpoints: { S3: { service: GatewayVpcEndpointAwsService.S3 } },
    // Closing the default security group takes a custom resource; nothing here is ever put into it.
    restrictDefaultSecurityGroup: false,
  });
  const subnets = { subnetGroupName: 'nodes' };
  vpc.addFlowLog('Rejected', {
    trafficType: FlowLogTrafficType.REJECT,
    destination: FlowLogDestination.toCloudWatchLogs(
      new LogGroup(scope, 'RejectedTraffic', {
        retention: RetentionDays.ONE_MONTH,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
    ),
  });
  if (!nat) {
    const group = new SecurityGroup(scope, 'EndpointGroup', {
      vpc,
      description: 'Interface endpoints, for the private subnets',
      allowAllOutbound: false,
    });
    group.addIngressRule(Peer.ipv4(network.cidr), Port.tcp(443), 'API calls from inside the VPC');
    const asked = needed.map((service) => [pascal(service), BY_NEED[service]] as const);
    for (const [name, service] of [...Object.entries(ENDPOINTS), ...asked]) {
      vpc.addInterfaceEndpoint(name, { service, subnets, securityGroups: [group], open: false });
    }
  }
  return { vpc, subnets };
}

/** A quarter of the range for each zone as long as that is enough, so that one more zone moves no subnet that is there. */
function nodesMask(cidr: string, zones: number, nat: boolean): number {
  const quarters = nat ? 3 : 4; // the NAT gateways' subnets take the first
  return Number(cidr.split('/')[1]) + (zones <= quarters ? 2 : 3);
}
