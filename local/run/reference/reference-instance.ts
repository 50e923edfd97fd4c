import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ConfigBundle } from '../../../lib/contract/documents/config';
import { PORTS } from '../../../lib/contract/ports';
import { renderFiles } from '../../../lib/core/rendering/render';
import { containReceivers } from '../../../lib/infra/config/overlay/contain-receivers';
import type { Cleanup } from '../hosts/cleanup';
import type { HostNetwork } from '../hosts/network';
import { launch, type Running } from '../hosts/processes';
import type { Tool } from '../tool-dir';

/**
 * A Prometheus with an Alertmanager at its side that are not ours to manage: no agent, no gate. The oracle is one;
 * the plain pair of `primary-partition` is two. Both run the configuration that the nodes run.
 */
export interface ReferenceOptions {
  readonly name: string;
  readonly tools: Readonly<Record<'prometheus' | 'alertmanager', Tool & { readonly version: string }>>;
  readonly bundle: ConfigBundle;
  readonly cluster: string;
  /** Where the local pager takes notifications. */
  readonly pager: string;
  /** Last part of the webhook's path: how the pager tells senders apart. */
  readonly pagerPath: string;
  readonly host: Pick<HostNetwork, 'address' | 'command'>;
  readonly prometheusPort: number;
  /** JSON files with the nodes' own addresses, as the agents write them. */
  readonly nodeTargets: string;
  /** Alertmanager's gossip; none for a single one. */
  readonly clusterPeers?: readonly string[];
  readonly prometheusFlags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly dir: string;
  readonly cleanup: Cleanup;
  readonly onEvent: (what: string, how: string) => void;
}

/** One of its programs: killed, it can be started again on what it keeps on disk. */
export interface ReferenceProgram {
  signal(signal: NodeJS.Signals): void;
  kill(): Promise<void>;
  /** Nothing while it runs. */
  start(): void;
}

export interface ReferenceInstance {
  readonly prometheus: ReferenceProgram;
  readonly alertmanager: ReferenceProgram;
  readonly prometheusUrl: string;
  readonly alertmanagerUrl: string;
}

export function startReference(o: ReferenceOptions): ReferenceInstance {
  const { address } = o.host;
  const files = renderFiles({
    // To the local pager only, also where the nodes notify real receivers: nobody is to be paged twice.
    bundle: { ...o.bundle, alertmanager: containReceivers(o.bundle.alertmanager, `${o.pager}/${o.pagerPath}`).text },
    cluster: o.cluster,
    shard: 0,
    node: o.name,
    // Its Alertmanager listens where a node's gate would.
    gateAddress: address,
    nodeTargets: o.nodeTargets,
    thanos: false,
    prometheusVersion: o.tools.prometheus.version,
    webhooks: null,
  });
  for (const [path, text] of Object.entries(files)) {
    // live/, as the agents have it: evaluation times hang on the path of a rule file.
    const file = join(o.dir, 'live', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const start = (program: 'prometheus' | 'alertmanager', args: string[]): ReferenceProgram => {
    const begin = (): Running =>
      launch({
        name: `${o.name} ${program}`,
        ...o.host.command(o.tools[program].path, args),
        cwd: o.dir, // a relative configuration path: rule paths, hence evaluation times, are the nodes'
        env: { ...o.env, ...o.tools[program].env },
        log: join(o.dir, `${program}.log`),
      });
    return startable(begin, (how) => o.onEvent(`${o.name} ${program}`, how), o.cleanup);
  };
  const peers = o.clusterPeers ?? [];
  const alertmanager = start('alertmanager', [
    '--config.file=live/alertmanager.yml',
    '--storage.path=alertmanager',
    `--web.listen-address=${address}:${PORTS.gate}`,
    `--web.external-url=http://${address}:${PORTS.gate}`,
    peers.length === 0
      ? '--cluster.listen-address='
      : `--cluster.listen-address=${address}:${PORTS.alertmanagerCluster}`,
    ...peers.map((peer) => `--cluster.peer=${peer}:${PORTS.alertmanagerCluster}`),
  ]);
  const prometheus = start('prometheus', [
    '--config.file=live/prometheus.yml',
    '--storage.tsdb.path=prometheus',
    `--web.listen-address=${address}:${o.prometheusPort}`,
    ...o.prometheusFlags,
  ]);
  return {
    prometheus,
    alertmanager,
    prometheusUrl: `http://${address}:${o.prometheusPort}`,
    alertmanagerUrl: `http://${address}:${PORTS.gate}`,
  };
}

/** Running when it returns. `onEnd`: of an end that nobody asked for. */
function startable(begin: () => Running, onEnd: (how: string) => void, cleanup: Cleanup): ReferenceProgram {
  let running: Running;
  let killed = false;
  const start = (): void => {
    killed = false;
    running = begin();
    const { ended } = running;
    void ended.then((how) => killed || onEnd(how));
  };
  start();
  cleanup.defer(`stop ${running!.name}`, () => running.stop(3_000));
  return {
    signal: (signal) => running.signal(signal),
    kill: async () => {
      killed = true;
      running.signal('SIGKILL');
      await running.ended;
    },
    start: () => {
      if (!running.isRunning()) start();
    },
  };
}
