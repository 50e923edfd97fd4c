import { stringify } from 'yaml';
import { durationMs } from '../../contract/duration';
import type { ConfigBundle } from '../../contract/documents/config';
import { EXTERNAL_LABELS } from '../../contract/labels';
import { PORTS } from '../../contract/ports';
import { profileIntervalMs, intervalOf, type ScrapeInterval, type ScrapeProfile } from '../../contract/profile';
import { profileRules } from './profile-alert';
import { rulesInScrapeInterval } from './profile-rules';
import { renderAlertmanager } from './render-alertmanager';
import { watchdogRules } from './watchdog-rules';
import type { RenderInput } from './render-input';
import { THANOS_INTERVAL, ownJobs, thanosJobs } from './own-jobs';
import { scrapeLimits, userJobs } from './user-jobs';

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
