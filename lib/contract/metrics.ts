/** What functions publish through their logs (EMF), at a resolution of 1 s: alarms with periods of 10 s need it. */

/** As CloudWatch shows it. A boolean, a ratio or an ordinal has none. */
export type MetricUnit = 'Count' | 'Seconds' | 'None';

export interface MetricDefinition {
  readonly name: string;
  readonly unit: MetricUnit;
  /**
   * What it is while all is well, and need not be said: a metric is paid for in each hour in which it is published, and an
   * alarm takes silence for that. Absent: always published.
   */
  readonly untold?: number;
}

export const METRIC_NAMESPACE = 'PrometheusHA';

/** Of every metric. */
export const SHARD_DIMENSIONS = { cluster: 'Cluster', shard: 'Shard' } as const;
/** Of some, beside those of the shard. */
export const FURTHER_DIMENSIONS = { remedy: 'Remedy', corruption: 'Corruption' } as const;

const of =
  (unit: MetricUnit) =>
  (name: string): MetricDefinition => ({ name, unit });
const count = of('Count');
const seconds = of('Seconds');
const plain = of('None');
/** Published while there is some. */
const some = (metric: MetricDefinition): MetricDefinition => ({ ...metric, untold: 0 });
/** Published while it is not so. */
const unless = (metric: MetricDefinition): MetricDefinition => ({ ...metric, untold: 1 });

export const METRICS = {
  /** 1 when the node that alerts answers, is ready, scrapes and has an open gate; else 0. */
  activeHealthy: plain('ActiveNodeHealthy'),
  /** Nodes that could alert now. */
  healthyNodes: count('HealthyNodes'),
  /** 1 for each finished health-check cycle; its absence means that nobody is probing. */
  heartbeat: count('HealthCheckCycles'),
  /** 1 when this call changed the assignment. */
  promotions: some(count('Promotions')),
  /** Failures of a cycle or call for a reason of its own (store, EC2, …). */
  controlErrors: some(count('ControlPlaneErrors')),
  /** Nodes that find corruption in their TSDB; by group of corruption where there is some. */
  corruptedNodes: some(count('CorruptedNodes')),
  /** 1 when Thanos query answers, else 0. */
  thanosHealthy: unless(plain('ThanosHealthy')),
  /** 1 when each query task that answers asks a store gateway, else 0: queries leave out what only the bucket has. */
  queriesWithHistory: unless(plain('QueriesWithHistory')),
  /** 1 while the query listener points at Thanos, 0 while at the Prometheus nodes. */
  queriesThroughThanos: unless(plain('QueriesThroughThanos')),
  /** Since its sidecar last uploaded a block, or since it could have for the first time; of the node where that is longest. */
  uploadAge: seconds('BlockUploadAgeSeconds'),
  /** Age of the newest watchdog alert that was delivered end to end; its absence means that none was. */
  watchdogAge: seconds('WatchdogAgeSeconds'),
  /** Of a remedy, and of the shard: one for each attempt; 1 or 0 at the end of a call that tried. */
  remedyAttempts: count('RemedyAttempts'),
  remedyReconnected: count('RemedyReconnected'),
  remedyGaveUp: count('RemedyGaveUp'),
  /** Nodes of which a program dropped alerts, or gave up notifications, lately. */
  undelivered: some(count('NodesNotDelivering')),
  /** Nodes that have no value of a secret that the configuration declares. */
  withoutSecrets: some(count('NodesWithoutSecrets')),
  /** Nodes without a certificate, or with one that ends within three days. */
  oldCertificates: some(count('NodesWithOldCertificates')),
  /** How much of its nearest load limit the busiest node uses; 1 is the limit. */
  loadShare: plain('LoadShare'),
  /** The scrape profile that is asked for: 0 normal, 1 reduced. */
  scrapeProfile: some(plain('ScrapeProfile')),
  /** 1 while automatic action is paused, else 0. */
  paused: some(plain('Paused')),
  /** 1 while alerts are withheld, and where that ended by its date only. */
  withheld: some(plain('AlertsWithheld')),
  withholdingRanOut: some(plain('WithholdingRanOut')),
  /** Nodes that say that their data volume is full, read-only, stalled, gone. */
  volumeTrouble: {
    full: some(count('VolumesFull')),
    'read-only': some(count('VolumesReadOnly')),
    stalled: some(count('VolumesStalled')),
    gone: some(count('VolumesGone')),
  },
  /** Nodes without a snapshot that is young enough and was found good. */
  withoutGoodSnapshot: count('NodesWithoutGoodSnapshot'),
  /** Nodes that ask for a volume, and those for which that was given up. */
  volumesAsked: some(count('VolumesAsked')),
  restoresGivenUp: some(count('RestoresGivenUp')),
} as const;
