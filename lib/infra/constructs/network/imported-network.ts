import { CfnVPCEndpoint, Subnet, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { ImportedNetwork } from '../../config/schema/network';
import type { ClusterNetwork } from './cluster-network';

/** A VPC by its attributes: no look-up, so that synth needs no account. */
export function importNetwork(scope: Construct, network: ImportedNetwork, zones: readonly string[]): ClusterNetwork {
  const described = zones.map((zone) => ({ zone, ...network.subnets[zone]! }));
  const vpc = Vpc.fromVpcAttributes(scope, 'Vpc', {
    vpcId: network.vpcId,
    vpcCidrBlock: network.cidr,
    availabilityZones: [...zones],
    isolatedSubnetIds: described.map((subnet) => subnet.subnetId),
    isolatedSubnetRouteTableIds: described.map((subnet) => subnet.routeTableId),
  });
  if (network.addS3Endpoint) {
    new CfnVPCEndpoint(scope, 'S3Endpoint', {
      vpcId: network.vpcId,
      serviceName: `com.amazonaws.${Stack.of(scope).region}.s3`,
      vpcEndpointType: 'Gateway',
      routeTableIds: [...new Set(described.map((subnet) => subnet.routeTableId))],
    });
  }
  const subnets = described.map(({ zone, subnetId, routeTableId }) =>
    Subnet.fromSubnetAttributes(scope, `Subnet-${zone}`, { subnetId, availabilityZone: zone, routeTableId }),
  );
  return { vpc, subnets: { subnets } };
}
