import { parse, stringify } from 'yaml';
import { UserError } from '../../contract/errors';
import { durationMs } from '../../contract/duration';
import { DISCOVERY } from '../../contract/discovery';
import type { ConfigBundle, ScrapeLimits } from '../../contract/documents/config';
import { EXTERNAL_LABELS } from '../../contract/labels';
import { PORTS } from '../../contract/ports';
import { profileIntervalMs, intervalOf, type ScrapeInterval, type ScrapeProfile } from '../../contract/profile';
import { profileRules } from './profile-alert';
import { rulesInScrapeInterval } from './profile-rules';
import { renderAlertmanager, type Webhooks } from './render-alertmanager';
import { watchdogRules } from './watchdog-rules';

/** What rendering needs beside the bundle: who the node is and where its files are. */
export interface RenderInput {
  readonly bundle: ConfigBundle;
  /** @default normal */
  readonly profile?: ScrapeProfile;
  readonly cluster: string;
  readonly shard: number;
  /** By which numbers of shards this one picks its targets (sharding.ts). @default [1]: all of them */
  readonly shardCounts?: readonly number[];
  readonly node: string;
  /** Host of the alert gate, Prometheus's only Alertmanager. */
  readonly gateAddress: string;
  /** Directory of the file_sd files with the addresses of all nodes. */
  readonly nodeTargets: string;
  /** Whether the cluster has Thanos. */
  readonly thanos: boolean;
  /** E.g. 3.5.3. */
  readonly prometheusVersion: string;
  /** How much older than the newest a sample may be, ms; what a node missed comes late. @default 0 */
  readonly lateMs?: number;
  /** Where alerts of our own go; null: there is no agent that takes them, so there are none. */
  readonly webhooks: Webhooks | null;
}

/** Jobs that every node has; their targets come and go with the nodes, without a reload. */
export const OWN_JOBS = ['prometheus', 'alertmanager', 'prometheus-ha-agent'] as const;

/** Thanos' components: the sidecars like the other programs of a node, the tasks by their names in DNS. */
export const THANOS_JOBS = ['thanos-sidecar', 'thanos-query', 'thanos-store', 'thanos-compact'] as const;

/** Every job that is not the user's. */
export const RESERVED_JOBS: readonly string[] = [...OWN_JOBS, ...THANOS_JOBS];

/** Matches the jobs that are not the user's, as a PromQL regular expression. */
export const RESERVED_JOBS_REGEX = RESERVED_JOBS.join('|');

/** Seconds are for what trades; what stores history is looked at less often. */
const THANOS_INTERVAL = '15s';
/**
 * A target that goes is forgotten after two intervals, unless Prometheus ends before: then its last `up` stays for five
 * minutes. In a rolling deploy a node goes half a minute after its peer has moved.
 */
const SIDECAR_INTERVAL = '5s';

/**
 * A target that suddenly exposes a hundred times as much must not take Prometheus down with it.
 * Generous: a scrape beyond these fails as a whole, and `up` says so.
 */
export const DEFAULT_SCRAPE_LIMITS: ScrapeLimits = {
  samples: 100_000,
  labels: 100,
  labelValueLength: 8_192,
  body: '50MB',
};

/** The files of one configuration, by path relative to its directory. Same input, same bytes. */
export function renderFiles(input: RenderInput): Record<string, string> {
  const { bundle, webhooks, profile = 'normal' } = input;
  const { files } = rulesIn(profile, bundle);
  const rules = Object.keys(files).sort();
  return {
    'prometheus.yml': renderPrometheus(input),
    ...(webhooks === null
      ? { 'alertmanager.yml': bundle.alertmanager }
      : {
          'alertmanager.yml': renderAlertmanager(bundle.alertmanager, webhooks, bundle.remedies ?? []),
          'own-rules/watchdog.yml': watchdogRules(input.shard),
          'own-rules/profile.yml': profileRules(profile, bundle, input.shard),
        }),
    ...Object.fromEntries(rules.map((name) => [`rules/${name}`, files[name]!])),
  };
}

/** What rules in a profile are made of. */
export type ProfiledBundle = Pick<ConfigBundle, 'rules' | 'droppable'> & {
  readonly global: Pick<ConfigBundle['global'], 'scrapeInterval'>;
};

/** The user's rules as they are in a profile, and which of them mean something else there. */
export function rulesIn(profile: ScrapeProfile, bundle: ProfiledBundle): ReturnType<typeof rulesInScrapeInterval> {
  if (profile === 'normal') return { files: { ...bundle.rules }, lost: [] };
  return rulesInScrapeInterval(bundle.rules, intervalIn(profile, bundle), (metric) =>
    isDropped(metric, profile, bundle),
  );
}

function intervalIn(profile: ScrapeProfile, { global }: ProfiledBundle): ScrapeInterval {
  return intervalOf(profile, global.scrapeInterval, durationMs(THANOS_INTERVAL));
}

/** Whether the profile does without a metric that its target exposes. */
function isDropped(metric: string, profile: ScrapeProfile, { droppable }: ProfiledBundle): boolean {
  return profile === 'minimal' && droppable !== undefined && new RegExp(`^(?:${droppable})$`).test(metric);
}

export function renderPrometheus(input: RenderInput): string {
  const { bundle, profile = 'normal', lateMs = 0 } = input;
  const limits = scrapeLimits(bundle);
  const document = {
    global: {
      scrape_interval: scrapeInterval(bundle, profile),
      evaluation_interval: bundle.global.evaluationInterval,
      external_labels: externalLabels(input),
    },
    ...(lateMs === 0 ? {} : { storage: { tsdb: { out_of_order_time_window: `${Math.ceil(lateMs / 1000)}s` } } }),
    alerting: {
      // All nodes must send identical alerts, or Alertmanager notifies twice: also when a target moves to another shard.
      alert_relabel_configs: [{ action: 'labeldrop', regex: `${EXTERNAL_LABELS.replica}|${EXTERNAL_LABELS.shard}` }],
      alertmanagers: [
        { api_version: 'v2', timeout: '5s', static_configs: [{ targets: [`${input.gateAddress}:${PORTS.gate}`] }] },
      ],
    },
    // Relative: rule state and evaluation offset hang on the path, which must be the same on every node.
    rule_files: ['rules/*.yml', ...(input.webhooks === null ? [] : ['own-rules/*.yml'])],
    scrape_configs: [...userJobs(input, profile), ...ownJobs(input.nodeTargets, limits), ...thanosJobs(input, limits)],
  };
  return `# Rendered by the agent; edit config/ and deploy instead.\n${stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })}`;
}

function scrapeInterval({ global }: ConfigBundle, profile: ScrapeProfile): string {
  const ms = profileIntervalMs(profile, global.scrapeInterval);
  return ms === durationMs(global.scrapeInterval) ? global.scrapeInterval : `${ms / 1000}s`;
}

function scrapeLimits({
  scrapeLimits: limits = DEFAULT_SCRAPE_LIMITS,
}: ConfigBundle): Readonly<Record<string, unknown>> {
  return {
    sample_limit: limits.samples,
    label_limit: limits.labels,
    label_value_length_limit: limits.labelValueLength,
    body_size_limit: limits.body,
  };
}

function externalLabels({ bundle, cluster, shard, node, prometheusVersion }: RenderInput): Record<string, string> {
  const labels: Record<string, string> = {
    ...bundle.externalLabels,
    [EXTERNAL_LABELS.cluster]: cluster,
    [EXTERNAL_LABELS.shard]: String(shard),
    [EXTERNAL_LABELS.replica]: node,
  };
  // From 3.0 on Prometheus expands $VARIABLES in them; before, `$$` would stay as it is.
  const expands = Number.parseInt(prometheusVersion, 10) >= 3;
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, value]) => [name, expands ? value.replaceAll('$', '$$$$') : value]));
}

/** Static targets rather than file_sd, which would delay the first scrape of a new target by its discovery. */
function userJobs(input: RenderInput, profile: ScrapeProfile): unknown[] {
  const { bundle } = input;
  const drop =
    profile === 'minimal' && bundle.droppable !== undefined
      ? { metric_relabel_configs: [{ source_labels: ['__name__'], regex: bundle.droppable, action: 'drop' }] }
      : {};
  return Object.keys(bundle.targets)
    .sort()
    .map((job) => {
      if (RESERVED_JOBS.includes(job)) {
        throw new UserError({
          what: `the job name ${job} is taken`,
          where: `config/targets/${job}.yml`,
          got: job,
          expected: `a name other than ${RESERVED_JOBS.join(', ')}: these watch the cluster itself`,
          fix: 'rename the file',
        });
      }
      return {
        job_name: job,
        ...scrapeLimits(bundle),
        ...ownShare(input),
        ...drop,
        static_configs: parseTargets(job, bundle.targets[job]!),
      };
    });
}

/** Picks the targets of this shard: those whose address hashes to it by one of the numbers. */
function ownShare({ shard, shardCounts = [1] }: RenderInput): object {
  if (shardCounts.includes(1)) return {};
  const label = (shardCount: number): string => `__tmp_shard_of_${shardCount}`;
  const pattern = shardCounts.map((_, i) => shardCounts.map((__, j) => (i === j ? String(shard) : '[0-9]+')).join(';'));
  return {
    relabel_configs: [
      ...shardCounts.map((shardCount) => ({
        source_labels: ['__address__'],
        modulus: shardCount,
        target_label: label(shardCount),
        action: 'hashmod',
      })),
      { source_labels: shardCounts.map(label), regex: pattern.join('|'), action: 'keep' },
    ],
  };
}

function ownJobs(nodeTargets: string, limits: object): unknown[] {
  return OWN_JOBS.map((job) => ({
    job_name: job,
    ...limits,
    file_sd_configs: [{ files: [`${nodeTargets}/${job}.json`] }],
  }));
}

function thanosJobs({ cluster, shard, nodeTargets, thanos }: RenderInput, limits: object): unknown[] {
  if (!thanos) return [];
  const { query, store, compact } = DISCOVERY;
  return [
    {
      job_name: 'thanos-sidecar',
      scrape_interval: SIDECAR_INTERVAL,
      ...limits,
      file_sd_configs: [{ files: [`${nodeTargets}/thanos-sidecar.json`] }],
    },
    // There once for all shards, and two that watch the same tell its end at different moments.
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

/** @throws UserError when the text is not a list of target groups */
function parseTargets(job: string, text: string): unknown[] {
  const groups: unknown = parse(text);
  const isGroup = (g: unknown): boolean =>
    typeof g === 'object' && g !== null && Array.isArray((g as { targets?: unknown }).targets);
  if (Array.isArray(groups) && groups.every(isGroup)) return groups as unknown[];
  throw new UserError({
    what: 'the targets cannot be read',
    where: `config/targets/${job}.yml`,
    got: text.slice(0, 80),
    expected: 'a list of { targets: [host:port, …], labels: {…} }',
    fix: "write it in the format of Prometheus's file-based discovery",
  });
}
