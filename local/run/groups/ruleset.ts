/** One rule of a security group: to or from a range or the members of a group. */
export interface GroupRule {
  /** As EC2 says it: tcp, udp, icmp or -1. */
  readonly protocol: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly peer: { readonly cidr: string } | { readonly group: string };
}

export interface SecurityGroup {
  readonly id: string;
  readonly name: string;
  readonly ingress: readonly GroupRule[];
  readonly egress: readonly GroupRule[];
}

export interface Surroundings {
  /** Every group of the account, by id. */
  readonly groups: ReadonlyMap<string, SecurityGroup>;
  /** Group → addresses of its members. */
  readonly members: ReadonlyMap<string, readonly string[]>;
  /** The local run's own address: what plays AWS listens there, and what judges a drill asks from there. */
  readonly hostAddress: string;
  /** Ports of what plays AWS's APIs: 443 in AWS. */
  readonly apiPorts: readonly number[];
}

/**
 * What the security groups of a host let through, as an nftables table for its network namespace: new connections that a
 * rule of one of its groups names, and whatever belongs to an open one. Not filtered in AWS either: metadata, DNS.
 */
export function ruleset(own: readonly string[], around: Surroundings): string {
  const groups = own.map((id) => around.groups.get(id)).filter((group) => group !== undefined);
  const named = new Set(
    groups.flatMap((g) => [...g.ingress, ...g.egress]).flatMap(({ peer }) => ('group' in peer ? [peer.group] : [])),
  );
  const { hostAddress } = around;
  return [
    'table inet promha',
    'delete table inet promha',
    'table inet promha {',
    ...[...named].sort().map((id) => `  ${setOf(id, around.members.get(id) ?? [])}`),
    ...chain('input', [
      `ip saddr ${hostAddress} accept`,
      ...groups.flatMap((g) => g.ingress.map((rule) => allowing(rule, 'saddr'))),
    ]),
    ...chain('output', [
      ...['udp', 'tcp'].map((protocol) => `ip daddr ${hostAddress} ${protocol} dport 53 accept`),
      ...groups.flatMap((g) => g.egress.flatMap((rule) => [allowing(rule, 'daddr'), ...toApis(rule, around)])),
    ]),
    '}',
    '',
  ].join('\n');
}

const chain = (hook: 'input' | 'output', rules: readonly string[]): string[] => [
  `  chain ${hook} {`,
  `    type filter hook ${hook} priority 0; policy drop;`,
  `    ${hook === 'input' ? 'iif' : 'oif'} lo accept`,
  '    ct state established,related accept',
  ...rules.map((rule) => `    ${rule}`),
  `    counter comment "refused"`,
  '  }',
];

const setName = (group: string): string => group.replace(/-/g, '_');

const setOf = (group: string, members: readonly string[]): string =>
  `set ${setName(group)} { type ipv4_addr; ${members.length > 0 ? `elements = { ${[...members].sort().join(', ')} }; ` : ''}}`;

function allowing({ protocol, fromPort, toPort, peer }: GroupRule, side: 'saddr' | 'daddr'): string {
  const who =
    'group' in peer
      ? `ip ${side} @${setName(peer.group)} `
      : peer.cidr === '0.0.0.0/0'
        ? ''
        : `ip ${side} ${peer.cidr} `;
  const ports = fromPort === toPort ? `${fromPort}` : `${fromPort}-${toPort}`;
  const what =
    protocol === '-1' ? '' : /^(tcp|udp)$/.test(protocol) ? `${protocol} dport ${ports} ` : `meta l4proto ${protocol} `;
  return `${who}${what}ct state new accept`;
}

/** Who may reach anybody's port 443 may reach AWS's APIs. */
function toApis({ protocol, fromPort, toPort, peer }: GroupRule, { hostAddress, apiPorts }: Surroundings): string[] {
  if (!('cidr' in peer) || protocol !== 'tcp' || fromPort > 443 || toPort < 443) return [];
  return [`ip daddr ${hostAddress} tcp dport { ${apiPorts.join(', ')} } ct state new accept`];
}
