export interface Target {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** A target group as it was deployed, with its targets' addresses as the local run knows them. */
export interface DeployedGroup {
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

/** A listener of the network load balancer, and where it points. */
export interface DeployedListener {
  readonly port: number;
  readonly group: DeployedGroup;
}

export interface HaproxyFiles {
  readonly socket: string;
  /** What it knew of its servers, for its successor. */
  readonly state: string;
}

/** HAProxy in the NLB's place: TCP, stickiness by source address, the deployed health checks. */
export function renderHaproxy(
  listeners: readonly DeployedListener[],
  { bind, source = null }: { readonly bind: string; readonly source?: string | null },
  files: HaproxyFiles,
): string {
  const groups = new Map(listeners.map((l) => [l.group.name, l.group]));
  return [
    'global',
    `  stats socket ${files.socket} mode 600 level admin expose-fd listeners`,
    `  server-state-file ${files.state}`,
    ...DEFAULTS,
    '  load-server-state-from-file global',
    ...(source === null ? [] : [`  source ${source}`]),
    ...listeners.flatMap((l) => [
      `frontend nlb-${l.port}`,
      `  bind ${bind}:${l.port}`,
      `  default_backend ${l.group.name}`,
    ]),
    ...[...groups.values()].flatMap((g) => [
      `backend ${g.name}`,
      '  balance roundrobin',
      ...(g.sticky ? ['  stick-table type ip size 100k expire 1h', '  stick on src'] : []),
      ...check(g),
      `  timeout check ${g.healthCheck.timeoutMs}ms`,
      ...g.targets.map(
        (t) =>
          `${server(g, t)} inter ${g.healthCheck.intervalMs}ms fall ${g.healthCheck.fall} rise ${g.healthCheck.rise}`,
      ),
    ]),
    '',
  ].join('\n');
}

/** HAProxy's rule as the seed has it: the baseline for how soon we notice. */
export const BASELINE = 'baseline';

/** A backend without traffic that watches the nodes with `inter 2s fall 3 rise 2`: for ever, whatever is routed where. */
export function renderBaseline(nodes: DeployedGroup, socket: string): string {
  return [
    'global',
    `  stats socket ${socket} mode 600 level admin`,
    ...DEFAULTS,
    `backend ${BASELINE}`,
    ...check(nodes),
    ...nodes.targets.map((t) => `${server(nodes, t)} inter 2s fall 3 rise 2`),
    '',
  ].join('\n');
}

const DEFAULTS = ['defaults', '  mode tcp', '  timeout connect 2s', '  timeout client 1h', '  timeout server 1h'];

function check({ healthCheck }: DeployedGroup): string[] {
  return ['  option httpchk', `  http-check send meth GET uri ${healthCheck.path}`, '  http-check expect status 200'];
}

const server = ({ healthCheck }: DeployedGroup, { name, address, port }: Target): string =>
  `  server ${name} ${address}:${port} check port ${healthCheck.port}`;
