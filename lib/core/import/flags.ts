/** Flags of Prometheus that change what it does, with what they have when nobody says anything, and what they are here. */
const FLAGS: readonly (readonly [flag: string, usual: readonly string[], here: string])[] = [
  [
    'storage.tsdb.retention.time',
    ['0s', '15d', ''],
    "nodes keep what retention of cluster.ts says; what is older is Thanos's",
  ],
  [
    'storage.tsdb.retention.size',
    ['0', '0B', ''],
    'nodes keep by time alone; synth checks that volume.sizeGiB suffices',
  ],
  ['web.enable-remote-write-receiver', ['false'], 'nobody pushes to a node: what pushes has to be scraped'],
  ['web.enable-admin-api', ['false'], 'clients delete no series here'],
  ['web.external-url', [''], 'links in notifications lead to the cluster'],
  ['web.config.file', [''], 'clients of cluster.ts says who may query'],
  ['rules.alert.for-outage-tolerance', ['1h', '1h0m0s'], 'nodes have 1h'],
  ['rules.alert.for-grace-period', ['10m', '10m0s'], 'nodes have 0s: a `for` goes on where it was'],
  ['rules.alert.resend-delay', ['1m', '1m0s'], 'resendDelay of cluster.ts is meant'],
  ['scrape.timestamp-tolerance', ['2ms'], 'nodes have no such flag'],
  ['scrape.adjust-timestamps', ['true'], 'nodes have no such flag'],
  ['rules.query-offset', [''], 'nodes have no such flag: say query_offset in the groups'],
];

/** Flag → key of prometheusLimits in cluster.ts, and what Prometheus has. */
const LIMITS: readonly (readonly [flag: string, key: string, usual: readonly string[]])[] = [
  ['query.max-samples', 'queryMaxSamples', ['50000000']],
  ['query.max-concurrency', 'queryMaxConcurrency', ['20']],
  ['query.timeout', 'queryTimeout', ['2m', '2m0s']],
  ['query.lookback-delta', 'queryLookbackDelta', ['5m', '5m0s']],
  ['rules.max-concurrent-evals', 'rulesMaxConcurrentEvals', ['4']],
  ['alertmanager.notification-queue-capacity', 'notificationQueueCapacity', ['10000']],
];

/** What of a server's flags cluster.ts can say. */
export interface FlagSettings {
  readonly prometheusFeatures: readonly string[];
  readonly prometheusLimits: Readonly<Record<string, string | number>>;
}

/** @param known features that nodes may have */
export function flagSettings(flags: Readonly<Record<string, string>>, known: readonly string[]): FlagSettings {
  const limits = LIMITS.flatMap(([flag, key, usual]) => {
    const value = flags[flag];
    if (value === undefined || usual.includes(value)) return [];
    return [[key, /^\d+$/.test(value) ? Number(value) : value] as const];
  });
  return {
    prometheusFeatures: featuresIn(flags).filter((one) => known.includes(one)),
    prometheusLimits: Object.fromEntries(limits),
  };
}

function featuresIn(flags: Readonly<Record<string, string>>): string[] {
  const features = (flags['enable-feature'] ?? '').split(/[,\s[\]]+/).filter((one) => one !== '');
  return flags['web.enable-otlp-receiver'] === 'true' ? [...features, 'otlp-write-receiver'] : features;
}

/** Like the web console and its paths: of whoever asks for them there, and no part of a configuration. */
const ADDRESS = /^https?:\/\/[^/]*:9090\/?$/;

/**
 * One line for each flag that was changed and does not come along. Names as /api/v1/status/flags has them.
 * @param known features that nodes may have
 */
export function flagsTold(flags: Readonly<Record<string, string>>, known: readonly string[]): string[] {
  const features = featuresIn(flags).filter((one) => !known.includes(one));
  return [
    ...features.map((one) => `--enable-feature=${one}: nodes do not have it; the server may not need it any more`),
    ...FLAGS.flatMap(([flag, usual, here]) => {
      const value = flags[flag];
      if (value === undefined || usual.includes(value)) return [];
      return flag === 'web.external-url' && ADDRESS.test(value) ? [] : [`--${flag}=${value}: ${here}`];
    }),
  ];
}
