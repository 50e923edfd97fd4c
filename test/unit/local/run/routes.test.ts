import { reachable, type NetworkCaller, type VpcEndpoint, type Layout } from '../../../../local/run/routes/ways';

const VPC = 'vpc-1';
const NODE: NetworkCaller = { address: '10.9.1.4', groups: ['sg-nodes'] };
const table = (id: string, target?: string) => [id, target === undefined ? [] : [{ to: '0.0.0.0/0', target }]] as const;
const gateway = (service: string, ...routeTables: string[]): VpcEndpoint => ({
  vpc: VPC,
  service,
  routeTables,
  privateDns: null,
  groups: [],
});
const interfaceTo = (service: string, more: Partial<VpcEndpoint> = {}): VpcEndpoint => ({
  vpc: VPC,
  service,
  routeTables: [],
  privateDns: true,
  groups: ['sg-endpoints'],
  ...more,
});

/** Two private subnets and one with a NAT gateway; `routes` and `endpoints` differ. */
const layout = (more: Partial<Layout> = {}): Layout => ({
  subnets: [
    { id: 'subnet-a', vpc: VPC, cidr: '10.9.1.0/24' },
    { id: 'subnet-b', vpc: VPC, cidr: '10.9.2.0/24' },
    { id: 'subnet-nat', vpc: VPC, cidr: '10.9.0.0/28' },
  ],
  tableOf: new Map([
    ['subnet-a', 'rtb-a'],
    ['subnet-b', 'rtb-b'],
    ['subnet-nat', 'rtb-nat'],
  ]),
  routes: new Map([table('rtb-a'), table('rtb-b'), table('rtb-nat', 'igw-1')]),
  nats: new Map([['nat-1', 'subnet-nat']]),
  gateways: new Set(['igw-1']),
  endpoints: [],
  groups: new Map([
    [
      'sg-endpoints',
      {
        id: 'sg-endpoints',
        name: 'endpoints',
        ingress: [{ protocol: 'tcp', fromPort: 443, toPort: 443, peer: { cidr: '10.9.1.0/24' } }],
        egress: [],
      },
    ],
    [
      'sg-for-nodes',
      {
        id: 'sg-for-nodes',
        name: 'for-nodes',
        ingress: [{ protocol: '-1', fromPort: 0, toPort: 65_535, peer: { group: 'sg-nodes' } }],
        egress: [],
      },
    ],
  ]),
  ...more,
});
const routes = (a: string, nat = 'igw-1') => new Map([table('rtb-a', a), table('rtb-b'), table('rtb-nat', nat)]);

// Amazon VPC User Guide, "Route table concepts", "NAT gateways"; AWS PrivateLink Guide, "Gateway endpoints", "Private DNS".
test.each<[string, Partial<Layout>, string[] | null]>([
  ['nothing', {}, []],
  ['a NAT gateway', { routes: routes('nat-1') }, null],
  ['a NAT gateway that has no way out itself', { routes: routes('nat-1', '') }, []],
  ['a NAT gateway that is gone', { routes: routes('nat-1'), nats: new Map() }, []],
  ['an internet gateway, but no public address', { routes: routes('igw-1') }, []],
  ['the internet gateway behind the NAT gateway detached', { routes: routes('nat-1'), gateways: new Set() }, []],
  ['a gateway endpoint in its route table', { endpoints: [gateway('s3', 'rtb-a')] }, ['s3']],
  ['a gateway endpoint in another one', { endpoints: [gateway('s3', 'rtb-b')] }, []],
  ['interface endpoints', { endpoints: [interfaceTo('ec2'), interfaceTo('logs')] }, ['ec2', 'logs']],
  ['one without private DNS', { endpoints: [interfaceTo('ec2', { privateDns: false })] }, []],
  ['one of another VPC', { endpoints: [interfaceTo('ec2', { vpc: 'vpc-2' })] }, []],
  ['one whose group lets in nobody', { endpoints: [interfaceTo('ec2', { groups: ['sg-none'] })] }, []],
  ['one whose group lets in its group', { endpoints: [interfaceTo('ec2', { groups: ['sg-for-nodes'] })] }, ['ec2']],
])('a host reaches, by %s', (_, more, services) => {
  expect(reachable(NODE, layout(more))).toEqual(services);
});

test('what is in several subnets reaches what each of them does', () => {
  const both: NetworkCaller = { address: '10.9.15.250', subnets: ['subnet-a', 'subnet-b'], groups: ['sg-nodes'] };
  expect(reachable(both, layout({ endpoints: [gateway('s3', 'rtb-a')] }))).toEqual([]);
  expect(reachable(both, layout({ endpoints: [gateway('s3', 'rtb-a', 'rtb-b')] }))).toEqual(['s3']);
  expect(reachable(both, layout({ routes: routes('nat-1'), endpoints: [gateway('s3', 'rtb-b')] }))).toEqual(['s3']);
});

test('an address of no subnet is a mistake of ours', () => {
  expect(() => reachable({ ...NODE, address: '10.8.0.1' }, layout())).toThrow('no subnet of 10.8.0.1');
});
