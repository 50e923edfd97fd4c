import {
  DescribeInternetGatewaysCommand,
  DescribeNatGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  type EC2Client,
  type RouteTable,
} from '@aws-sdk/client-ec2';
import { readSecurityGroups } from '../groups/read';
import type { Layout } from './ways';

/** Of every VPC of the account. @throws when EC2 does not answer */
export async function readLayout(ec2: EC2Client): Promise<Layout> {
  const [{ Subnets = [] }, { RouteTables = [] }, { NatGateways = [] }, gateways, endpoints, groups] = await Promise.all(
    [
      ec2.send(new DescribeSubnetsCommand({})),
      ec2.send(new DescribeRouteTablesCommand({})),
      ec2.send(new DescribeNatGatewaysCommand({})),
      ec2.send(new DescribeInternetGatewaysCommand({})),
      ec2.send(new DescribeVpcEndpointsCommand({})),
      readSecurityGroups(ec2),
    ],
  );
  return {
    subnets: Subnets.map((s) => ({ id: s.SubnetId!, vpc: s.VpcId!, cidr: s.CidrBlock! })),
    tableOf: new Map(Subnets.map((s) => [s.SubnetId!, tableOf(s.SubnetId!, s.VpcId!, RouteTables)])),
    routes: new Map(
      RouteTables.map((t) => [
        t.RouteTableId!,
        (t.Routes ?? []).map((r) => ({
          to: r.DestinationCidrBlock ?? null,
          target: r.NatGatewayId ?? r.GatewayId ?? r.TransitGatewayId ?? '',
        })),
      ]),
    ),
    nats: new Map(
      NatGateways.filter(({ State }) => State === 'available').map((n) => [n.NatGatewayId!, n.SubnetId!] as const),
    ),
    gateways: new Set(
      (gateways.InternetGateways ?? [])
        .filter(({ Attachments = [] }) => Attachments.length > 0)
        .map((g) => g.InternetGatewayId!),
    ),
    endpoints: (endpoints.VpcEndpoints ?? []).map((e) => ({
      vpc: e.VpcId!,
      // com.amazonaws.<region>.<service>
      service: e.ServiceName!.split('.').slice(3).join('.'),
      routeTables: e.RouteTableIds ?? [],
      privateDns: e.VpcEndpointType?.toLowerCase() === 'interface' ? e.PrivateDnsEnabled === true : null,
      groups: (e.Groups ?? []).map((g) => g.GroupId!),
    })),
    groups,
  };
}

function tableOf(subnet: string, vpc: string, tables: readonly RouteTable[]): string {
  const own = tables.find(({ Associations = [] }) => Associations.some(({ SubnetId }) => SubnetId === subnet));
  const main = tables.find(
    ({ VpcId, Associations = [] }) => VpcId === vpc && Associations.some(({ Main }) => Main === true),
  );
  return (own ?? main)!.RouteTableId!;
}
