/** What a Prometheus says of itself about the discovery of one job. */
export interface JobDiscovery {
  /** Targets that it knows, before relabeling. */
  readonly targets: number;
  /** Whether every mechanism that counts its refreshes has had one that succeeded, since Prometheus started. */
  readonly refreshed: boolean;
}

/** A failed refresh keeps what was known, and a start forgets it: for so long others remember, should they be gone meanwhile. */
const REMEMBERED = '10m';

/** The most targets that any node of the cluster knows of each job; where no other one says, knew lately. By `config`. */
export function knownInClusterQuery(self: string, nodes: readonly string[]): string {
  const of = (names: readonly string[]): string =>
    `prometheus_sd_discovered_targets{job="prometheus",name="scrape",node=~"${names.join('|')}"}`;
  const others = nodes.filter((node) => node !== self);
  return `max by (config) (${of(others)}) or max by (config) (max_over_time(${of(nodes)}[${REMEMBERED}]))`;
}

/** From Prometheus's own metrics, by the job's name. `without`: jobs that are of no interest. */
export function discoveryOf(metrics: string, without: readonly string[]): Map<string, JobDiscovery> {
  const targets = new Map<string, number>();
  const refreshes = new Map<string, number>();
  const failures = new Map<string, number>();
  for (const { name, labels, value } of sdMetrics(metrics)) {
    const { config = '', mechanism = '' } = labels;
    const key = `${config}\n${mechanism}`;
    if (name === 'discovered_targets' && labels.name === 'scrape') targets.set(config, value);
    if (name === 'refresh_duration_seconds_count') refreshes.set(key, value);
    if (name === 'refresh_failures_total') failures.set(key, value);
  }
  const never = [...refreshes].filter(([key, n]) => n <= (failures.get(key) ?? 0)).map(([key]) => key.split('\n')[0]);
  return new Map(
    [...targets]
      .filter(([job]) => !without.includes(job))
      .map(([job, n]) => [job, { targets: n, refreshed: !never.includes(job) }]),
  );
}

/**
 * Jobs whose discovery has not succeeded on this node since it started, and did elsewhere: it knows fewer targets, and none at all
 * or of no refresh. Rules see these targets as gone. A job that nobody knows targets of is no reason: its discovery is broken
 * for all. `elsewhere`: by the job's name.
 */
export function undiscovered(
  own: ReadonlyMap<string, JobDiscovery>,
  elsewhere: ReadonlyMap<string, number>,
): readonly string[] {
  return [...own]
    .filter(([job, { targets, refreshed }]) => targets < (elsewhere.get(job) ?? 0) && (targets === 0 || !refreshed))
    .map(([job]) => job)
    .sort();
}

const LINE = /^prometheus_sd_(\w+)\{(.*)\} (\S+)$/gm;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

function* sdMetrics(
  text: string,
): Generator<{ readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly value: number }> {
  for (const [, name, labels, value] of text.matchAll(LINE)) {
    const pairs = [...labels!.matchAll(LABEL)].map(([, label, said]) => [label!, unescaped(said!)] as const);
    yield { name: name!, labels: Object.fromEntries(pairs), value: Number(value) };
  }
}

const unescaped = (text: string): string =>
  text.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
