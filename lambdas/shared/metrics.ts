import { METRICS } from '../../lib/core/names';

export interface MetricValue {
  readonly name: string;
  readonly value: number;
  /** Per node; without it the metric belongs to the shard. */
  readonly node?: string;
}

/**
 * Metrics as log lines in the embedded metric format: CloudWatch extracts them from the function's log,
 * so that publishing needs no network path of its own and cannot slow a cycle down.
 * Specification: "Embedded metric format specification", Amazon CloudWatch User Guide.
 */
export function embeddedMetrics(cluster: string, shard: number, values: readonly MetricValue[], now: number): string[] {
  const byNode = new Map<string | undefined, MetricValue[]>();
  for (const value of values) byNode.set(value.node, [...(byNode.get(value.node) ?? []), value]);
  return [...byNode].map(([node, group]) =>
    JSON.stringify({
      _aws: {
        Timestamp: now,
        CloudWatchMetrics: [
          {
            Namespace: METRICS.namespace,
            Dimensions: [node === undefined ? [...METRICS.dimensions] : [...METRICS.dimensions, METRICS.nodeDimension]],
            // 1 s resolution: alarms with 10 s periods need it.
            Metrics: group.map(({ name }) => ({ Name: name, Unit: 'Count', StorageResolution: 1 })),
          },
        ],
      },
      Cluster: cluster,
      Shard: String(shard),
      ...(node === undefined ? {} : { [METRICS.nodeDimension]: node }),
      ...Object.fromEntries(group.map(({ name, value }) => [name, value])),
    }),
  );
}

export function publish(cluster: string, shard: number, values: readonly MetricValue[]): void {
  for (const line of embeddedMetrics(cluster, shard, values, Date.now())) process.stdout.write(`${line}\n`);
}
