import { defineCluster } from '../lib/infra/config/cluster';

/** The cluster. Every value is checked by `npx cdk synth`, which names this file and the line. */
export default defineCluster({
  name: 'trading-metrics',
  region: 'eu-west-1',

  zones: ['eu-west-1a', 'eu-west-1b'],
  // One more of either is one more `cdk deploy`, which only adds; fewer is refused (docs/sharding.md).
  replicas: 2,
  shards: 1,

  instance: {
    type: 'r7g.large',
    // While a zone has no machine of that type left.
    fallbackTypes: ['r6g.large'],
    architecture: 'arm64',
    // Amazon Linux 2023: `npm run pin -- image` pins today's in cluster.lock.json. Or your own: ami: { 'eu-west-1': 'ami-…' }
  },
  volume: { sizeGiB: 200 },
  // Every 10 min, tried by a restore every 30 min; a node that loses its volume gets a new one of the last good snapshot.
  snapshots: true,

  network: { kind: 'new', cidr: '10.77.0.0/20', egress: 'nat' },
  clients: ['10.0.0.0/8'],

  scrapeInterval: '1s',
  evaluationInterval: '1s',
  retention: '15d',
  walSegmentSize: '64MB',
  resendDelay: '15s',

  ingest: { series: 50_000, bytesPerSample: 1.7 },

  thanos: {
    blockDuration: '2h',
    retention: { raw: '30d', fiveMinutes: '365d' },
    query: { tasks: 2, maxTasks: 6, cpu: 512, memoryMiB: 2048 },
    store: { cpu: 512, memoryMiB: 2048, diskGiB: 30 },
    compactor: { cpu: 1024, memoryMiB: 4096, diskGiB: 100 },
  },

  // Besides the page: the function reconnect-redis connects from inside the VPC until Redis answers, and says what it saw.
  // Its security group has to be let in by that of Redis.
  remedies: [
    {
      name: 'redis',
      when: { alert: 'RedisDown' },
      connect: { kind: 'redis', host: 'redis.trading.internal', port: 6379 },
    },
  ],

  // Beyond a limit for 30 s what is droppable is not scraped, until it fits again. No interval and no rule changes.
  load: {
    limits: { memoryMiB: 10_240 },
    droppable: 'trade_engine_depth_.*',
  },
});
