import { join } from 'node:path';
import type { NodeConfig } from '../../lib/contract/documents/node-config';
import { PORTS } from '../../lib/contract/ports';
import type { Paths } from '../base/paths';
import type { Command } from './command';

/**
 * Every flag here exists from Prometheus 2.42 to 3.x. The configuration's path is relative, because rule
 * state and evaluation offset hang on the rule files' paths: they must be the same on every node.
 * Reloads go by SIGHUP: with --web.enable-lifecycle, whoever reaches the load balancer could stop a node.
 */
export function prometheusCommand(config: NodeConfig, paths: Paths, address: string): Command {
  const { retentionTime, walSegmentSize, resendDelay, flags = [] } = config.prometheus;
  return {
    file: join(paths.bin, 'prometheus'),
    cwd: paths.config,
    // Before the agent, which starts it again; Alertmanager and the gate still have what it fired.
    oomScore: 100,
    args: [
      '--config.file=live/prometheus.yml',
      `--web.listen-address=${address}:${PORTS.prometheus}`,
      `--storage.tsdb.path=${paths.tsdb}`,
      `--storage.tsdb.retention.time=${retentionTime}`,
      `--storage.tsdb.wal-segment-size=${walSegmentSize}`,
      `--rules.alert.resend-delay=${resendDelay}`,
      // Hidden, and 5s by default, of which the first scrape after a start waits out one: 6 s without samples become 1 s.
      '--scrape.discovery-reload-interval=100ms',
      // Default 10m: shorter timers would start anew after each restart.
      '--rules.alert.for-grace-period=0s',
      // Takes what the node missed, from its own agent (agent/backfill).
      '--web.enable-remote-write-receiver',
      ...(config.thanos === null ? [] : uploadedAsCut(config.thanos.blockDuration)),
      ...flags,
      '--log.format=json',
    ],
  };
}

/**
 * The sidecar uploads blocks as they were cut; a locally compacted one would overlap with what was uploaded before. Nor
 * may Prometheus merge a block of backfilled samples with the one of the same time: the result would not be uploaded, and
 * if it is sooner than the sidecar, neither would the samples of the other one.
 */
function uploadedAsCut(blockDuration: string): string[] {
  return [
    `--storage.tsdb.min-block-duration=${blockDuration}`,
    `--storage.tsdb.max-block-duration=${blockDuration}`,
    '--no-storage.tsdb.allow-overlapping-compaction',
  ];
}

/** So long after Alertmanager answers the gates have sent it all that fires. */
const START_DELAY = '5s';

/** Of Alertmanager: its gossip speaks TLS, as that file says. */
export const gossipArgument = (file: string): string => `--cluster.tls-config=${file}`;

/**
 * Peers are those known at start; who starts later names us, so that the cluster joins either way.
 * `tlsConfig`: for its gossip; null: that is plain.
 */
export function alertmanagerCommand(
  config: NodeConfig,
  paths: Paths,
  address: string,
  peers: readonly string[],
  tlsConfig: string | null,
): Command {
  const gossip = `${address}:${PORTS.alertmanagerCluster}`;
  return {
    file: join(paths.bin, 'alertmanager'),
    cwd: paths.config,
    args: [
      '--config.file=live/alertmanager.yml',
      `--web.listen-address=${address}:${PORTS.alertmanager}`,
      // In every notification: it says who sent it, and its links lead there.
      `--web.external-url=http://${address}:${PORTS.alertmanager}`,
      `--storage.path=${join(paths.data, 'alertmanager')}`,
      // Default 15m: killed all at once, they would forget what they notified of since; firing alerts would be sent again, and
      // ends of alerts that nobody remembers never.
      '--data.maintenance-interval=2s',
      // A name of its own, drawn at each start, would leave the one before in the cluster as a failed peer. A new machine has another
      // address, and an old name is not given to another address.
      `--cluster.peer-name=${config.node}.${address}`,
      // An alert that it got before the one that inhibits it would be notified: started anew it does not wait for its group.
      `--dispatch.start-delay=${START_DELAY}`,
      `--cluster.listen-address=${gossip}`,
      `--cluster.advertise-address=${gossip}`,
      ...peers.map((peer) => `--cluster.peer=${peer}:${PORTS.alertmanagerCluster}`),
      `--cluster.peer-timeout=${config.alertmanager.peerTimeout}`,
      // Default 10s: after a partition, two halves that do not know each other both notify.
      '--cluster.reconnect-interval=1s',
      // Default 200ms: two that compare within this time of each other both notify of the same end.
      '--cluster.gossip-interval=50ms',
      ...(tlsConfig === null ? [] : [gossipArgument(tlsConfig)]),
      '--log.format=json',
    ],
  };
}
