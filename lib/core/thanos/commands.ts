import { DISCOVERY } from '../../contract/discovery';
import { EXTERNAL_LABELS } from '../../contract/labels';
import { PORTS } from '../../contract/ports';
import { sidecarNames, type SharedBy } from './sidecar-names';

/** What the commands of the ECS tasks need to know. */
export interface TaskCommandInput {
  readonly cluster: string;
  /** Text of Thanos' object storage configuration. */
  readonly objstore: string;
  /** Where a task that keeps something on disk keeps it. */
  readonly dataDir: string;
}

const LISTEN = [`--http-address=0.0.0.0:${PORTS.thanosHttp}`, `--grpc-address=0.0.0.0:${PORTS.thanosGrpc}`] as const;
const LOG = '--log.format=json';

/** `thanos query`: one view of all replicas and of the bucket. */
export function queryCommand({ cluster, ...sharedBy }: Pick<TaskCommandInput, 'cluster'> & SharedBy): string[] {
  const endpoint = (service: string): string =>
    `--endpoint=dns+${service}.${DISCOVERY.namespace(cluster)}:${PORTS.thanosGrpc}`;
  return [
    'query',
    ...LISTEN,
    ...sidecarNames(sharedBy).map(endpoint),
    endpoint(DISCOVERY.store),
    `--query.replica-label=${EXTERNAL_LABELS.replica}`,
    // Long ranges are answered from downsampled blocks where the step allows it.
    '--query.auto-downsampling',
    // Default 30s: a new node or task is to be found soon.
    '--store.sd-dns-interval=5s',
    // Default none: a host that is gone would hold every query until it times out. What else answered is shown, with
    // a warning. Sidecars notice a Prometheus that hangs sooner (sidecarCommand).
    '--store.response-timeout=10s',
    // Default 20: dashboards that open at the same moment wait in line otherwise.
    '--query.max-concurrent=200',
    // ECS sends SIGTERM and waits (stopTimeout); the load balancer stops sending at once.
    '--http-grace-period=10s',
    '--grpc-grace-period=10s',
    LOG,
  ];
}

export interface StoreCommandInput extends TaskCommandInput {
  /** Of its task. */
  readonly memoryMiB: number;
}

/** `thanos store`: what is in the bucket; keeps the indexes' headers on its disk. */
export function storeCommand({ objstore, dataDir, memoryMiB }: StoreCommandInput): string[] {
  return [
    'store',
    ...LISTEN,
    `--data-dir=${dataDir}`,
    `--objstore.config=${objstore}`,
    // Default 2GB, whatever there is: a query that is too large shall be refused, and not end the task for all others.
    `--chunk-pool-size=${Math.floor(memoryMiB / 2)}MB`,
    // Default 15m: how long after its upload a block can be queried from here. Until then its sidecar answers. Each time
    // S3 is asked for each block.
    '--sync-block-duration=5m',
    '--grpc-grace-period=10s',
    LOG,
  ];
}

export interface CompactCommandInput extends Omit<TaskCommandInput, 'cluster'> {
  readonly retention: { readonly raw: string; readonly fiveMinutes: string; readonly oneHour?: string };
  /** See lib/infra/config/compaction.ts. */
  readonly maxLevel: number;
}

/** `thanos compact`: compacts, downsamples, deletes what is too old. There must never be two of it. */
export function compactCommand({ objstore, dataDir, retention, maxLevel }: CompactCommandInput): string[] {
  return [
    'compact',
    '--wait',
    `--http-address=0.0.0.0:${PORTS.thanosHttp}`,
    `--data-dir=${dataDir}`,
    `--objstore.config=${objstore}`,
    `--retention.resolution-raw=${retention.raw}`,
    `--retention.resolution-5m=${retention.fiveMinutes}`,
    `--retention.resolution-1h=${retention.oneHour ?? retention.fiveMinutes}`,
    // What a node backfilled comes as a block of its own beside the one of the same time; without this they halt it.
    '--compact.enable-vertical-compaction',
    // Longer blocks would not fit its disk, and a full disk halts compaction for good.
    `--debug.max-compaction-level=${maxLevel}`,
    // Store gateways that have not yet seen the successor still read the old block.
    '--delete-delay=48h',
    // Default 1m, for a page that nobody has a way to; and 5m each, beside what each iteration does anyway. S3 is asked for
    // each block each time.
    '--block-viewer.global.sync-block-interval=1h',
    '--compact.progress-interval=0s',
    '--compact.cleanup-interval=0s',
    LOG,
  ];
}

export interface SidecarCommandInput {
  readonly address: string;
  readonly tsdbPath: string;
  /** Path of the object storage configuration. */
  readonly objstoreFile: string;
}

/** A Prometheus that has not begun to answer after this long hangs, as far as queries are concerned. */
const HANGS_AFTER_MS = 1_500;

/** `thanos sidecar`, on a node: answers for its Prometheus and uploads its blocks. */
export function sidecarCommand({ address, tsdbPath, objstoreFile }: SidecarCommandInput): string[] {
  // In nanoseconds, as Thanos' HTTP client configuration wants it.
  const transport = { transport_config: { response_header_timeout: HANGS_AFTER_MS * 1_000_000 } };
  return [
    'sidecar',
    `--http-address=${address}:${PORTS.thanosHttp}`,
    `--grpc-address=${address}:${PORTS.thanosGrpc}`,
    `--prometheus.url=http://${address}:${PORTS.prometheus}`,
    `--prometheus.http-client=${JSON.stringify(transport)}`,
    // Default 30s; what it learns are the external labels, without which no query comes here.
    '--prometheus.get_config_interval=5s',
    `--tsdb.path=${tsdbPath}`,
    `--objstore.config-file=${objstoreFile}`,
    '--http-grace-period=1s',
    '--grpc-grace-period=1s',
    LOG,
  ];
}
