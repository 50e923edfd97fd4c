import { METRICS } from '../../lib/contract/metrics';

export interface MetricValue {
  readonly name: string;
  readonly value: number;
  /** Of a node, a remedy, or a group of damage; without any the metric belongs to the shard. */
  readonly node?: string;
  readonly remedy?: string;
  readonly damage?: string;
}

/**
 * Metrics as log lines in the embedded metric format: CloudWatch extracts them from the function's log,
 * so that publishing needs no network path of its own and cannot slow a cycle down.
 * Specification: "Embedded metric format specification", Amazon CloudWatch User Guide.
 */
export function embeddedMetrics(cluster: string, shard: number, values: readonly MetricValue[], now: number): string[] {
  const groups = new Map<string, MetricValue[]>();
  for (const value of values) {
    const key = JSON.stringify(further(value));
    groups.set(key, [...(groups.get(key) ?? []), value]);
  }
  return [...groups.values()].map((group) =>
    JSON.stringify({
      _aws: {
        Timestamp: now,
        CloudWatchMetrics: [
          {
            Namespace: METRICS.namespace,
            Dimensions: [[...METRICS.dimensions, ...Object.keys(further(group[0]!))]],
            // 1 s resolution: alarms with 10 s periods need it.
            Metrics: group.map(({ name }) => ({ Name: name, Unit: 'Count', StorageResolution: 1 })),
          },
        ],
      },
      Cluster: cluster,
      Shard: String(shard),
      ...further(group[0]!),
      ...Object.fromEntries(group.map(({ name, value }) => [name, value])),
    }),
  );
}

/** Dimensions beside those of the shard. */
function further({ node, remedy, damage }: MetricValue): Record<string, string> {
  return {
    ...(node === undefined ? {} : { [METRICS.nodeDimension]: node }),
    ...(remedy === undefined ? {} : { [METRICS.remedyDimension]: remedy }),
    ...(damage === undefined ? {} : { [METRICS.damageDimension]: damage }),
  };
}

export function publish(cluster: string, shard: number, values: readonly MetricValue[]): void {
  for (const line of embeddedMetrics(cluster, shard, values, Date.now())) process.stdout.write(`${line}\n`);
}
