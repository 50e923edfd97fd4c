/**
 * Names that two sides must agree on: the stacks that create a thing and the code that uses it.
 * Nothing here may change without a migration: nodes of the previous deploy read the same objects.
 */

/** Ports of a node. Each node has an address of its own, so every node uses the same ones. */
export const PORTS = {
  /** Prometheus, on the node's address. */
  prometheus: 9090,
  /** The alert gate, on loopback only: Prometheus's one and only "Alertmanager". */
  gate: 9093,
  /** Alertmanager's API, on the node's address. */
  alertmanager: 9193,
  /** Alertmanager's gossip, TCP and UDP, on the node's address. */
  alertmanagerCluster: 9194,
  /** The agent's status and metrics, on the node's address; read only. */
  agent: 9099,
  /** The agent's webhooks, beside the gate: what its Alertmanager tells it, with a token. */
  webhooks: 9098,
  /** Every Thanos component, the sidecar on the node's address included: StoreAPI and HTTP. */
  thanosGrpc: 10901,
  thanosHttp: 10902,
} as const;

/** Ports of the load balancer. */
export const BALANCER_PORTS = {
  /** Thanos query, and the nodes while Thanos does not answer. */
  queries: 9090,
  /** Always the nodes. */
  direct: 9091,
} as const;

/** Names in the VPC's DNS (Cloud Map): <service>.<cluster>.internal, one A record per node or task. */
export const DISCOVERY = {
  namespace: (cluster: string) => `${cluster}.internal`,
  sidecar: 'sidecar',
  query: 'query',
  store: 'store',
  compact: 'compact',
} as const;

/**
 * Rewritten every few seconds, so that their history is worth little: beginnings of their own, the same for every shard.
 * The bucket's lifecycle and the policies name these, and a further shard or node changes neither.
 */
export const ANNOUNCEMENTS = 'nodes/';
export const HEARTBEATS = 'heartbeats/';

/** A node and the shard that it belongs to. */
export interface NodeOfShard {
  readonly shard: number;
  readonly node: string;
}

/** Whose announcement an object is; null for any other object. */
export function announcedAt(key: string): NodeOfShard | null {
  const [, shard, node] = /^nodes\/(\d+)\/([^/]+)\.json$/.exec(key) ?? [];
  return node === undefined ? null : { shard: Number(shard), node };
}

/** The order of preference: nodes are numbered, and 2 comes before 10. */
export function inOrder(a: NodeOfShard, b: NodeOfShard): number {
  return a.shard - b.shard || a.node.localeCompare(b.node, 'en', { numeric: true });
}

/** Objects in the control bucket (versioned). `shard` is the shard's number, from 0. */
export const KEYS = {
  assignment: (shard: number) => `shards/${shard}/assignment.json`,
  announcement: (shard: number, node: string) => `${ANNOUNCEMENTS}${shard}/${node}.json`,
  heartbeat: (shard: number) => `${HEARTBEATS}${shard}.json`,
  /** Who tries a remedy, and what came of it last: a RemedyRecord. */
  remedy: (shard: number, name: string) => `shards/${shard}/remedies/${name}.json`,
  /** Between how many shards targets are split: a Layout. */
  layout: 'shards/layout.json',
  /** How the node's data volume is: a StorageReport. */
  storage: (shard: number, node: string) => `${HEARTBEATS}${shard}/tsdb/${node}.json`,
  /** What is done about it: a RestoreRecord. */
  restore: (shard: number, node: string) => `shards/${shard}/restores/${node}.json`,
  /** Points to the configuration bundle that nodes shall run: a ConfigPointer. */
  configPointer: 'config/current.json',
} as const;

/** Of every node of a shard, as policies name them. */
export const STORAGE = (shard: number): string => KEYS.storage(shard, '*');
export const RESTORES = (shard: number): string => KEYS.restore(shard, '*');

/** Ends the names of what a shard has of its own. Shard 0 came first and has the plain names. */
export const shardSuffix = (shard: number): string => (shard === 0 ? '' : `-${shard}`);

/** Functions that nodes call or operators ask, by name. */
export const FUNCTIONS = {
  reconnectRedis: (cluster: string) => `${cluster}-reconnect-redis`,
  healthCheck: (cluster: string, shard: number) => `${cluster}-health-check${shardSuffix(shard)}`,
} as const;

/** Environment variables of the functions. */
export const ENV = {
  cluster: 'PROMHA_CLUSTER',
  shard: 'PROMHA_SHARD',
  controlBucket: 'PROMHA_CONTROL_BUCKET',
  /** A Policy as JSON. */
  policy: 'PROMHA_POLICY',
  /** Where queries can go: QueryRoutes as JSON. */
  queryRoutes: 'PROMHA_QUERY_ROUTES',
  /** What nodes may bear: LoadSettings as JSON. */
  load: 'PROMHA_LOAD',
  /** What reconnect-redis may connect to: RemedyTargets as JSON. */
  remedies: 'PROMHA_REMEDIES',
  /** The password of one of them. */
  remedyPassword: (name: string) => `PROMHA_REMEDY_PASSWORD_${name.replaceAll('-', '_').toUpperCase()}`,
} as const;

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
  /** Seconds since the dead man's switch was last evaluated that has gone the whole way; its absence means that none has. */
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

/** Tags on instances, groups and volumes. */
export const TAGS = {
  cluster: 'prometheus-ha:cluster',
  shard: 'prometheus-ha:shard',
  node: 'prometheus-ha:node',
  /** Of a data volume: the highest generation wins. */
  generation: 'prometheus-ha:generation',
  /** Of a snapshot: ISO 8601, UTC. */
  takenAt: 'prometheus-ha:taken-at',
  /** Of a snapshot: what a restore test found, good or bad. */
  verified: 'prometheus-ha:verified',
  /** Of a volume made for a restore test: which snapshot, and which node tries it. */
  testOf: 'prometheus-ha:test-of',
  testedBy: 'prometheus-ha:tested-by',
  /** Of a volume that restore-snapshot made; no other is ever deleted by it. */
  restoredFrom: 'prometheus-ha:restored-from',
  /** Of a volume that was replaced: why it is kept. */
  kept: 'prometheus-ha:kept',
} as const;

/** On alerts about a shard as a whole: alerts lose the external labels, and those of two shards would be one. */
export const SHARD_LABEL = 'prometheus_ha_shard';

/** Labels that tell replicas apart in the TSDB; `replica` and `shard` are dropped from alerts. */
export const EXTERNAL_LABELS = { cluster: 'cluster', shard: 'shard', replica: 'replica' } as const;
