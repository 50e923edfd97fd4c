import { PORTS } from '../../../lib/contract/ports';

export interface Target {
  /** As it is registered: an instance's, or an address. */
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** A target group as it was deployed, with its targets' addresses as the local run knows them. */
export interface DeployedGroup {
  readonly arn: string;
  readonly name: string;
  /** Of the nodes, that is; others are of addresses. */
  readonly ofInstances: boolean;
  readonly sticky: boolean;
  /** Targets see their clients' addresses, so that one that is sent to itself gets its own packets back and drops them. */
  readonly keepsClients: boolean;
  readonly healthCheck: {
    readonly path: string;
    readonly port: number;
    readonly intervalMs: number;
    readonly timeoutMs: number;
    readonly fall: number;
    readonly rise: number;
  };
  readonly targets: readonly Target[];
}

/** A listener of the network load balancer, and where it sends connections just now. */
export interface ActiveListener {
  readonly port: number;
  readonly group: DeployedGroup;
}

/** What HAProxy does: the listeners, and every group that is checked, whether or not one of them sends anything there. */
export interface BalancerState {
  readonly listeners: readonly ActiveListener[];
  readonly groups: readonly DeployedGroup[];
  /** Targets that get connections only while their group has nobody else, by group and id. */
  readonly isNew: (group: DeployedGroup, target: Target) => boolean;
}

export interface HaproxyFiles {
  readonly socket: string;
  /** What it knew of its servers, for its successor. */
  readonly state: string;
  /** Unix socket of its own, on which nobody ever answers. */
  readonly hole: string;
}

export interface HaproxySettings {
  /** Addresses. */
  readonly bind: readonly string[];
  readonly source?: string | null;
  /** A connection on which nothing comes for so long is ended. @default an hour */
  readonly idleMs?: number | undefined;
}

/**
 * HAProxy in the NLB's place: TCP, stickiness by source address, the deployed health checks. A group of which nobody is
 * healthy gets connections all the same, for all of its targets (fail open). Where clients' addresses are kept, a target that
 * calls and is sent to itself hears nothing (hairpin); otherwise that setting is not played: targets see the load balancer.
 */
export function renderHaproxy(
  { listeners, groups, isNew }: BalancerState,
  { bind, source = null, idleMs = 3_600_000 }: HaproxySettings,
  files: HaproxyFiles,
): string {
  return [
    'global',
    `  stats socket ${files.socket} mode 600 level admin expose-fd listeners`,
    `  server-state-file ${files.state}`,
    ...defaults(idleMs),
    '  load-server-state-from-file global',
    ...(source === null ? [] : [`  source ${source}`]),
    ...listeners.flatMap(({ port, group }) => [
      `frontend nlb-${port}`,
      `  bind ${bind.map((address) => `${address}:${port}`).join(',')}`,
      `  use_backend ${group.name}-open if { nbsrv(${group.name}) eq 0 }`,
      ...hairpins(group).map((t) => `  use_backend ${hairpin(group, t)} if { src ${t.address} }`),
      `  default_backend ${group.name}`,
    ]),
    ...hole(files),
    ...groups.flatMap((g) => [
      `backend ${g.name}`,
      '  balance roundrobin',
      ...(g.sticky ? ['  stick-table type ip size 100k expire 1h', '  stick on src'] : []),
      ...check(g),
      `  timeout check ${g.healthCheck.timeoutMs}ms`,
      ...g.targets.map(
        (t) =>
          `${server(g, t)} inter ${g.healthCheck.intervalMs}ms fall ${g.healthCheck.fall} rise ${g.healthCheck.rise}` +
          (isNew(g, t) ? ' weight 0' : ''),
      ),
      `backend ${g.name}-open`,
      '  balance roundrobin',
      ...g.targets.map((t) => `  server ${t.name} ${t.address}:${t.port}`),
      ...hairpins(g).flatMap((self) => [
        `backend ${hairpin(g, self)}`,
        '  balance roundrobin',
        ...g.targets.map(
          (t) =>
            `  server ${t.name} ${t === self ? files.hole : `${t.address}:${t.port}`} track ${g.name}/${t.name}` +
            (isNew(g, t) ? ' weight 0' : ''),
        ),
      ]),
    ]),
    '',
  ].join('\n');
}

const hairpins = ({ keepsClients, targets }: DeployedGroup): readonly Target[] => (keepsClients ? targets : []);
const hairpin = ({ name }: DeployedGroup, self: Target): string => `${name}-from-${self.name}`;

/** Takes connections and says nothing, longer than anybody waits. */
const hole = (files: HaproxyFiles): string[] => [
  'frontend hole',
  `  bind ${files.hole}`,
  '  tcp-request inspect-delay 1h',
  '  tcp-request content reject if WAIT_END',
];

/** What `show servers state` says: those that pass their checks, as `<backend> <server>`. */
export function serversUp(state: string): Set<string> {
  const rows = state.split('\n').map((line) => line.split(' '));
  const header = rows.find(([mark]) => mark === '#')?.slice(1) ?? [];
  const [backend, name, health] = ['be_name', 'srv_name', 'srv_op_state'].map((column) => header.indexOf(column));
  return new Set(rows.filter((row) => row[health!] === RUNNING).map((row) => `${row[backend!]} ${row[name!]}`));
}
const RUNNING = '2';

/** HAProxy's rule as the seed has it: the baseline for how soon we notice. */
export const BASELINE = 'baseline';

/**
 * A backend without traffic that watches the nodes' Prometheus with `inter 2s fall 3 rise 2`: for ever, whatever is routed
 * where, and whomever the deployed group asks.
 */
export function renderBaseline(group: DeployedGroup, socket: string): string {
  const nodes = { ...group, healthCheck: { ...group.healthCheck, path: '/-/ready', port: PORTS.prometheus } };
  return [
    'global',
    `  stats socket ${socket} mode 600 level admin`,
    ...defaults(3_600_000),
    `backend ${BASELINE}`,
    ...check(nodes),
    ...nodes.targets.map((t) => `${server(nodes, t)} inter 2s fall 3 rise 2`),
    '',
  ].join('\n');
}

const defaults = (idleMs: number): string[] => [
  'defaults',
  '  mode tcp',
  '  timeout connect 2s',
  ...['client', 'server', 'tunnel'].map((side) => `  timeout ${side} ${idleMs}ms`),
];

function check({ healthCheck }: DeployedGroup): string[] {
  return ['  option httpchk', `  http-check send meth GET uri ${healthCheck.path}`, '  http-check expect status 200'];
}

const server = ({ healthCheck }: DeployedGroup, { name, address, port }: Target): string =>
  `  server ${name} ${address}:${port} check port ${healthCheck.port}`;
