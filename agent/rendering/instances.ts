import { parse } from 'yaml';
import { RESERVED_JOBS } from '../../lib/core/rendering/own-jobs';
import type { Instances } from '../../lib/core/alerts/ownership';
import type { Generations } from './generation';

interface Rendered {
  readonly scrape_configs?: readonly {
    readonly job_name: string;
    readonly static_configs?: readonly {
      readonly targets: readonly string[];
      readonly labels?: Readonly<Record<string, string>>;
    }[];
  }[];
}

/** The user's targets in the configuration that runs, by the instance that their alerts name. */
export function liveInstances(generations: Generations): Instances {
  const { live } = generations;
  const text = live === null ? null : generations.textOf(live, 'prometheus.yml');
  const instances = new Map<string, string[]>();
  const { scrape_configs: jobs = [] } = ((text === null ? null : parse(text)) ?? {}) as Rendered;
  for (const { job_name: job, static_configs: groups = [] } of jobs) {
    if (RESERVED_JOBS.includes(job)) continue;
    for (const { targets, labels } of groups) {
      for (const target of targets) {
        const instance = labels?.instance ?? target;
        instances.set(instance, [...(instances.get(instance) ?? []), target]);
      }
    }
  }
  return instances;
}
