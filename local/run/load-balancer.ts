import { BALANCER_PORTS } from '../../lib/core/names';

/** A network load balancer as it was deployed, with its targets' addresses as the local run knows them. */
export interface DeployedListener {
  readonly name: string;
  readonly port: number;
  readonly sticky: boolean;
  readonly healthCheck: {
    readonly path: string;
    readonly port: number;
    readonly intervalMs: number;
    readonly timeoutMs: number;
    readonly fall: number;
    readonly rise: number;
  };
  readonly targets: readonly { readonly name: string; readonly address: string; readonly port: number }[];
}

/** HAProxy's rule as the seed has it: the yardstick for how soon we notice. */
export const YARDSTICK = 'yardstick';

/**
 * HAProxy in the NLB's place: TCP, stickiness by source address, the deployed health check. A further backend
 * without traffic watches the same nodes with `inter 2s fall 3 rise 2`.
 */
export function renderHaproxy(listeners: readonly DeployedListener[], bind: string, socket: string): string {
  const check = (listener: DeployedListener): string[] => [
    '  option httpchk',
    `  http-check send meth GET uri ${listener.healthCheck.path}`,
    '  http-check expect status 200',
  ];
  return [
    'global',
    `  stats socket ${socket} mode 600 level admin`,
    'defaults',
    '  mode tcp',
    '  timeout connect 2s',
    '  timeout client 1h',
    '  timeout server 1h',
    ...listeners.flatMap((l) => [
      `frontend ${l.name}`,
      `  bind ${bind}:${l.port}`,
      `  default_backend ${l.name}`,
      `backend ${l.name}`,
      '  balance roundrobin',
      ...(l.sticky ? ['  stick-table type ip size 100k expire 1h', '  stick on src'] : []),
      ...check(l),
      `  timeout check ${l.healthCheck.timeoutMs}ms`,
      ...l.targets.map(
        (t) =>
          `  server ${t.name} ${t.address}:${t.port} check port ${l.healthCheck.port} inter ${l.healthCheck.intervalMs}ms ` +
          `fall ${l.healthCheck.fall} rise ${l.healthCheck.rise}`,
      ),
    ]),
    ...listeners
      .filter((l) => l.port === BALANCER_PORTS.direct)
      .flatMap((l) => [
        `backend ${YARDSTICK}`,
        ...check(l),
        ...l.targets.map(
          (t) => `  server ${t.name} ${t.address}:${t.port} check port ${l.healthCheck.port} inter 2s fall 3 rise 2`,
        ),
      ]),
    '',
  ].join('\n');
}
