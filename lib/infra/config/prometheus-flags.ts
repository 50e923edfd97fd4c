import type { ClusterConfig } from './cluster';

const LIMITS: Readonly<Record<keyof NonNullable<ClusterConfig['prometheusLimits']>, string>> = {
  queryMaxSamples: 'query.max-samples',
  queryMaxConcurrency: 'query.max-concurrency',
  queryTimeout: 'query.timeout',
  queryLookbackDelta: 'query.lookback-delta',
  rulesMaxConcurrentEvals: 'rules.max-concurrent-evals',
  notificationQueueCapacity: 'alertmanager.notification-queue-capacity',
};
/** Once a feature, now a flag of its own. */
const OTLP = 'otlp-write-receiver';

/** What the user wants beside the cluster's own flags; found sound. */
export function prometheusFlags({
  prometheusFeatures = [],
  prometheusLimits = {},
}: Pick<ClusterConfig, 'prometheusFeatures' | 'prometheusLimits'>): string[] {
  const features = prometheusFeatures.filter((name) => name !== OTLP);
  return [
    ...(features.length === 0 ? [] : [`--enable-feature=${[...new Set(features)].sort().join(',')}`]),
    ...(prometheusFeatures.includes(OTLP) ? ['--web.enable-otlp-receiver'] : []),
    ...Object.entries(LIMITS).flatMap(([name, flag]) => {
      const value = Reflect.get(prometheusLimits, name) as unknown;
      return value === undefined ? [] : [`--${flag}=${String(value)}`];
    }),
  ];
}
