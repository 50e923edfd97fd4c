/**
 * Metrics: two sides must agree on them, the stacks that create a thing and the code that uses it.
 * Nothing here may change without a migration: nodes of the previous deploy read the same objects.
 */

/** High-resolution (1 s) metrics, published through the functions' logs (EMF). */
export const METRICS = {
  namespace: 'PrometheusHA',
  dimensions: ['Cluster', 'Shard'] as const,
  /** 1 when the node that alerts answers, is ready, scrapes and has an open gate; else 0. */
  activeHealthy: 'ActiveNodeHealthy',
  /** Number of nodes that could alert now. */
  healthyNodes: 'HealthyNodes',
  /** 1 for each finished health-check cycle; its absence means that nobody is probing. */
  heartbeat: 'HealthCheckCycles',
  /** 1 when this call changed the assignment. */
  promotions: 'Promotions',
  /** 1 when a cycle or call failed for a reason of its own (store, EC2, …). */
  controlErrors: 'ControlPlaneErrors',
  /** Per node (further dimension Node): 1 healthy, 0 not. */
  nodeHealthy: 'NodeHealthy',
  /** Number of nodes that find damage in their TSDB; by group of damage (further dimension Damage) where there is some. */
  damagedNodes: 'DamagedNodes',
  /** 1 when Thanos query answers, else 0. */
  thanosHealthy: 'ThanosHealthy',
  /** 1 when each query task that answers asks a store gateway, else 0: queries leave out what only the bucket has. */
  queriesWithHistory: 'QueriesWithHistory',
  /** 1 while the query listener points at Thanos, 0 while at the Prometheus nodes. */
  queriesThroughThanos: 'QueriesThroughThanos',
  /** Per node: seconds since its sidecar last uploaded a block, or since it could have for the first time. */
  uploadAge: 'BlockUploadAgeSeconds',
  /** Age in seconds of the last watchdog alert that was delivered end to end; absent when none was. */
  watchdogAge: 'WatchdogAgeSeconds',
  /** Of a remedy, and of the shard: one for each attempt; 1 or 0 at the end of a call that tried. */
  remedyAttempts: 'RemedyAttempts',
  remedyReconnected: 'RemedyReconnected',
  remedyGaveUp: 'RemedyGaveUp',
  /** How much of the nearest limit of load the busiest node uses; 1 is the limit. */
  loadShare: 'LoadShare',
  /** The scrape profile that is asked for: 0 normal, 1 reduced, 2 minimal. */
  scrapeProfile: 'ScrapeProfile',
  /** 1 while automatic action is paused, else 0. */
  paused: 'Paused',
  /** Number of nodes that say that their data volume is full, read-only, stalled, gone. */
  volumeTrouble: {
    full: 'VolumesFull',
    'read-only': 'VolumesReadOnly',
    stalled: 'VolumesStalled',
    gone: 'VolumesGone',
  },
  /** Number of nodes without a snapshot that is young enough and was found good. */
  withoutGoodSnapshot: 'NodesWithoutGoodSnapshot',
  /** Number of nodes that ask for a volume, and of those for which that was given up. */
  volumesAsked: 'VolumesAsked',
  restoresGivenUp: 'RestoresGivenUp',
  nodeDimension: 'Node',
  remedyDimension: 'Remedy',
  damageDimension: 'Damage',
} as const;
