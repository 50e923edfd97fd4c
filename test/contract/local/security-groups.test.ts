import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readSecurityGroups } from '../../../local/run/groups/read';
import { ruleset, type GroupRule, type SecurityGroup } from '../../../local/run/groups/ruleset';
import { namespacesAvailable } from '../../../local/run/hosts/network';
import { resolveTools } from '../../../local/tools';

const [SERVER, MEMBER, STRANGER] = ['10.99.7.1', '10.99.7.2', '10.99.7.3'] as const;
const BRIDGE = 'sgtest';
const NAMES = { [SERVER]: 'sgtest-server', [MEMBER]: 'sgtest-member', [STRANGER]: 'sgtest-stranger' } as const;
type Address = keyof typeof NAMES;

const tcp = (port: number, peer: GroupRule['peer']): GroupRule => ({
  protocol: 'tcp',
  fromPort: port,
  toPort: port,
  peer,
});
const everything: GroupRule = { protocol: '-1', fromPort: 0, toPort: 65_535, peer: { cidr: '0.0.0.0/0' } };
const group = (id: string, ingress: GroupRule[], egress: GroupRule[]): [string, SecurityGroup] => [
  id,
  { id, name: id, ingress, egress },
];
/** Members may ask the servers on 9090; everybody in one range on 9091; nobody on 9092. */
const GROUPS = new Map([
  group('sg-servers', [tcp(9090, { group: 'sg-members' }), tcp(9091, { cidr: '10.99.7.0/29' })], []),
  group('sg-members', [], [everything]),
  group('sg-strangers', [], [tcp(9091, { group: 'sg-servers' })]),
]);

const ip = (...args: string[]): void => void execFileSync('ip', args, { stdio: 'pipe' });
const inside = (address: Address, ...command: string[]): [string, string[]] => [
  'ip',
  ['netns', 'exec', NAMES[address], ...command],
];

const LISTEN = `for (const port of [9090, 9091, 9092]) require('net').createServer((s) => s.end('hello')).listen(port, '${SERVER}');
setTimeout(() => console.log('ready'), 200);`;
const connect = (port: number): string =>
  `const s = require('net').connect({ host: '${SERVER}', port: ${port} });
s.on('data', () => process.exit(0)).on('error', () => process.exit(1)); setTimeout(() => process.exit(2), 700);`;

/** `open`, or how it ended: AWS drops, and nobody says no. */
function reaches(from: Address, port: number): 'open' | 'refused' | 'silence' {
  try {
    execFileSync(...inside(from, process.execPath, '-e', connect(port)), { stdio: 'pipe' });
    return 'open';
  } catch (error) {
    return (error as { status: number }).status === 2 ? 'silence' : 'refused';
  }
}

const canRun = namespacesAvailable().ok;
(canRun ? describe : describe.skip)('security groups of hosts, in their namespaces', () => {
  let server: ChildProcess;
  let nft: { path: string; env: Readonly<Record<string, string>> };

  /** Whoever is a member of which group, for all hosts. */
  const enforce = (members: Readonly<Record<string, readonly Address[]>>): void => {
    const around = {
      groups: GROUPS,
      members: new Map(Object.entries(members)),
      hostAddress: '10.99.7.254',
      apiPorts: [5566],
    };
    for (const address of Object.keys(NAMES) as Address[]) {
      const own = Object.entries(members).flatMap(([id, all]) => (all.includes(address) ? [id] : []));
      execFileSync(...inside(address, nft.path, '-f', '-'), {
        input: ruleset(own, around),
        env: { ...process.env, ...nft.env },
        stdio: ['pipe', 'pipe', 'inherit'],
      });
    }
  };

  beforeAll(async () => {
    nft = (await resolveTools(['nft'])).nft;
    ip('link', 'add', BRIDGE, 'type', 'bridge');
    ip('link', 'set', BRIDGE, 'up');
    for (const [address, name] of Object.entries(NAMES)) {
      ip('netns', 'add', name);
      ip('link', 'add', `${name.slice(0, 12)}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
      ip('link', 'set', name.slice(0, 12), 'master', BRIDGE, 'up');
      ip('-n', name, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
      ip('-n', name, 'link', 'set', 'lo', 'up');
      ip('-n', name, 'link', 'set', 'eth0', 'up');
    }
    server = spawn(...inside(SERVER, process.execPath, '-e', LISTEN), { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(server.stdout!, 'data');
  }, 120_000);

  afterAll(async () => {
    if (server?.kill('SIGKILL')) await once(server, 'exit');
    for (const name of Object.values(NAMES)) ip('netns', 'del', name);
    ip('link', 'del', BRIDGE);
  });

  test('what a rule names goes through, from members only; the rest is silence', () => {
    enforce({ 'sg-servers': [SERVER], 'sg-members': [MEMBER], 'sg-strangers': [STRANGER] });
    expect([9090, 9091, 9092].map((port) => reaches(MEMBER, port))).toEqual(['open', 'open', 'silence']);
    expect([9090, 9091, 9092].map((port) => reaches(STRANGER, port))).toEqual(['silence', 'open', 'silence']);
  });

  test('both sides have to let it through: out as well as in', () => {
    enforce({ 'sg-servers': [SERVER], 'sg-members': [], 'sg-strangers': [STRANGER, MEMBER] });
    expect([9090, 9091].map((port) => reaches(MEMBER, port))).toEqual(['silence', 'open']);
  });

  test('who is in no group reaches nobody', () => {
    enforce({ 'sg-servers': [SERVER], 'sg-members': [MEMBER], 'sg-strangers': [] });
    expect(reaches(STRANGER, 9091)).toBe('silence');
  });
});

test('rules read back from EC2: ranges and groups apart', async () => {
  const send = async () => ({
    SecurityGroups: [
      {
        GroupId: 'sg-1',
        GroupName: 'nodes',
        IpPermissions: [
          {
            IpProtocol: 'tcp',
            FromPort: 9090,
            ToPort: 9090,
            IpRanges: [{ CidrIp: '10.0.0.0/8' }],
            UserIdGroupPairs: [{ GroupId: 'sg-2' }],
          },
        ],
        IpPermissionsEgress: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
      },
    ],
  });
  const read = await readSecurityGroups({ send } as never);
  expect(read.get('sg-1')).toEqual({
    id: 'sg-1',
    name: 'nodes',
    ingress: [tcp(9090, { cidr: '10.0.0.0/8' }), tcp(9090, { group: 'sg-2' })],
    egress: [everything],
  });
});
