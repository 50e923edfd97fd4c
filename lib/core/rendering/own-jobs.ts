import { DISCOVERY } from '../../contract/discovery';
import { OWN_JOBS } from '../../contract/own-jobs';
import { PORTS } from '../../contract/ports';
import type { RenderInput } from './render-input';

/** Seconds are for what trades; what stores history is looked at less often. */
const THANOS_INTERVAL = '15s';
/**
 * A target that goes is forgotten after two intervals, unless Prometheus ends before: then its last `up` stays for five
 * minutes. In a rolling deploy a node goes half a minute after its peer has moved.
 */
const SIDECAR_INTERVAL = '5s';

export function ownJobs(nodeTargets: string, limits: object): object[] {
  return OWN_JOBS.map((job) => ({
    job_name: job,
    ...limits,
    file_sd_configs: [{ files: [`${nodeTargets}/${job}.json`] }],
  }));
}

export function thanosJobs({ cluster, shard, nodeTargets, thanos }: RenderInput, limits: object): object[] {
  if (!thanos) return [];
  const { query, store, compact } = DISCOVERY;
  return [
    {
      job_name: 'thanos-sidecar',
      scrape_interval: SIDECAR_INTERVAL,
      ...limits,
      file_sd_configs: [{ files: [`${nodeTargets}/thanos-sidecar.json`] }],
    },
    // There once for all shards, and two that watch the same send its end at different moments.
    ...(shard > 0 ? [] : [query, store, compact]).map((service) => ({
      job_name: `thanos-${service}`,
      scrape_interval: THANOS_INTERVAL,
      ...limits,
      dns_sd_configs: [
        {
          names: [`${service}.${DISCOVERY.namespace(cluster)}`],
          type: 'A',
          port: PORTS.thanosHttp,
          refresh_interval: '10s',
        },
      ],
    })),
  ];
}
