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
 * healthy gets connections all the same, for all of its targets (fail open).
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
    ...listeners.flatMap(({ port, group: { name } }) => [
      `frontend nlb-${port}`,
      `  bind ${bind.map((address) => `${address}:${port}`).join(',')}`,
      `  use_backend ${name}-open if { nbsrv(${name}) eq 0 }`,
      `  default_backend ${name}`,
    ]),
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
    ]),
    '',
  ].join('\n');
}

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
