import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { createNetwork } from '../../lib/infra/constructs/network/new-network';

const ZONES = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c', 'eu-west-1d'];

/** Logical id → range of every subnet of a VPC over so many zones. */
function subnets(egress: 'nat' | 'endpoints', cidr: string, zones: number): Record<string, string> {
  const stack = new Stack(new App(), 'network', { env: { region: 'eu-west-1', account: '111122223333' } });
  createNetwork(stack, { kind: 'new', cidr, egress }, ZONES.slice(0, zones), []);
  const found = Template.fromStack(stack).findResources('AWS::EC2::Subnet');
  return Object.fromEntries(Object.entries(found).map(([id, s]) => [id, s.Properties.CidrBlock as string]));
}

// A subnet whose range changes is made anew, which fails while the old one has it.
test.each([
  ['nat', '10.77.0.0/20', 2],
  ['nat', '10.77.0.0/24', 2],
  ['endpoints', '10.77.0.0/20', 2],
  ['endpoints', '10.77.0.0/20', 3],
  ['endpoints', '10.77.0.0/16', 2],
] as const)('%s, %s, %i zones: one more zone moves no subnet', (egress, cidr, zones) => {
  const before = subnets(egress, cidr, zones);
  expect(Object.keys(before)).toHaveLength(egress === 'nat' ? 2 * zones : zones);
  expect(subnets(egress, cidr, zones + 1)).toMatchObject(before);
});
