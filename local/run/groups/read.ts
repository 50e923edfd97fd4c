import { DescribeSecurityGroupsCommand, type EC2Client, type IpPermission } from '@aws-sdk/client-ec2';
import type { GroupRule, SecurityGroup } from './ruleset';

/** Every security group of the account, by id. */
export async function readSecurityGroups(ec2: EC2Client): Promise<ReadonlyMap<string, SecurityGroup>> {
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
  return new Map(
    SecurityGroups.map((g) => [
      g.GroupId!,
      {
        id: g.GroupId!,
        name: g.GroupName!,
        ingress: rulesOf(g.IpPermissions),
        egress: rulesOf(g.IpPermissionsEgress),
      },
    ]),
  );
}

const rulesOf = (permissions: readonly IpPermission[] = []): GroupRule[] =>
  permissions.flatMap(({ IpProtocol, FromPort = 0, ToPort = 65_535, IpRanges = [], UserIdGroupPairs = [] }) =>
    [
      ...IpRanges.map(({ CidrIp }) => ({ cidr: CidrIp! })),
      ...UserIdGroupPairs.map(({ GroupId }) => ({ group: GroupId! })),
    ].map((peer) => ({ protocol: IpProtocol!, fromPort: FromPort, toPort: ToPort, peer })),
  );
