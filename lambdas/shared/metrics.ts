import {
  FURTHER_DIMENSIONS,
  METRIC_NAMESPACE,
  SHARD_DIMENSIONS,
  type MetricDefinition,
} from '../../lib/contract/metrics';

/** One value of a metric. With none of the further dimensions it belongs to the shard. */
export interface MetricValue extends Partial<Readonly<Record<keyof typeof FURTHER_DIMENSIONS, string>>> {
  readonly metric: MetricDefinition;
  readonly value: number;
}

/**
 * Metrics that have something to say as log lines in the embedded metric format: CloudWatch extracts them from the function's log,
 * so that publishing needs no network path of its own and cannot slow a cycle down.
 * Specification: "Embedded metric format specification", Amazon CloudWatch User Guide.
 */
export function embeddedMetrics(cluster: string, shard: number, values: readonly MetricValue[], now: number): string[] {
  const groups = new Map<string, MetricValue[]>();
  for (const value of values.filter(({ metric, value: is }) => is !== metric.untold)) {
    const key = JSON.stringify(further(value));
    groups.set(key, [...(groups.get(key) ?? []), value]);
  }
  return [...groups.values()].map((group) => {
    const dimensions = {
      [SHARD_DIMENSIONS.cluster]: cluster,
      [SHARD_DIMENSIONS.shard]: String(shard),
      ...further(group[0]!),
    };
    return JSON.stringify({
      _aws: {
        Timestamp: now,
        CloudWatchMetrics: [
          {
            Namespace: METRIC_NAMESPACE,
            Dimensions: [Object.keys(dimensions)],
            Metrics: group.map(({ metric: { name, unit } }) => ({ Name: name, Unit: unit, StorageResolution: 1 })),
          },
        ],
      },
      ...dimensions,
      ...Object.fromEntries(group.map(({ metric, value }) => [metric.name, value])),
    });
  });
}

/** Dimensions beside those of the shard. */
function further(value: MetricValue): Record<string, string> {
  const names = Object.keys(FURTHER_DIMENSIONS) as (keyof typeof FURTHER_DIMENSIONS)[];
  return Object.fromEntries(
    names.flatMap((of) => (value[of] === undefined ? [] : [[FURTHER_DIMENSIONS[of], value[of]]])),
  );
}

export function publish(cluster: string, shard: number, values: readonly MetricValue[]): void {
  for (const line of embeddedMetrics(cluster, shard, values, Date.now())) process.stdout.write(`${line}\n`);
}
