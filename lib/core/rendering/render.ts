import { stringify } from 'yaml';
import type { ConfigBundle } from '../../contract/documents/config';
import { SECRET_NEEDS } from '../../contract/documents/secrets';
import { EXTERNAL_LABELS } from '../../contract/labels';
import { PORTS } from '../../contract/ports';
import { profileRules } from './profile-alert';
import { renderAlertmanager } from './render-alertmanager';
import { watchdogRules, type OwnGroup } from './watchdog-rules';
import { mergeNative, type OwnRetention } from './merge-native';
import type { RenderInput } from './render-input';
import { ownJobs, thanosJobs } from './own-jobs';
import { NEEDS_FILE, SECRETS_DIRECTORY, withSecretFiles } from './secrets/of-bundle';
import { DIRECT, droppedIn, ownPace, ownShare, scrapeLimits, userJobs } from './user-jobs';

/** The files of one configuration, by path relative to its directory. Same input, same bytes. No value of a secret. */
export function renderFiles(given: RenderInput): Record<string, string> {
  const { bundle: users, needs } = withSecretFiles(given.bundle, given.secretFiles ?? SECRETS_DIRECTORY);
  const input = { ...given, bundle: users };
  const { bundle, webhooks, profile = 'normal' } = input;
  const rules = Object.keys(bundle.rules).sort();
  return {
    ...bundle.files,
    'prometheus.yml': renderPrometheus(input),
    ...(webhooks === null
      ? { 'alertmanager.yml': bundle.alertmanager }
      : {
          'alertmanager.yml': renderAlertmanager(bundle.alertmanager, webhooks, bundle.remedies ?? []),
          'own-rules/watchdog.yml': watchdogRules(input.shard, ownGroup(bundle)),
          'own-rules/profile.yml': profileRules(profile, bundle.droppable, input.shard, ownGroup(bundle)),
        }),
    ...Object.fromEntries(rules.map((name) => [`rules/${name}`, bundle.rules[name]!])),
    ...Object.fromEntries(Object.entries(bundle.templates ?? {}).map(([name, text]) => [`templates/${name}`, text])),
    ...(needs === null ? {} : { [NEEDS_FILE]: SECRET_NEEDS.serialize(needs) }),
  };
}

export function renderPrometheus(input: RenderInput): string {
  const { bundle } = input;
  const text = bundle.prometheus === undefined ? ownFile(input) : usersFile(bundle.prometheus, input);
  return `# Rendered by the agent; edit config/ and deploy instead.\n${text}`;
}

function ownFile(input: RenderInput): string {
  const { bundle } = input;
  const tsdb = storage(input);
  const document = {
    global: {
      scrape_interval: bundle.global.scrapeInterval,
      evaluation_interval: bundle.global.evaluationInterval,
      external_labels: externalLabels(input),
    },
    ...(Object.keys(tsdb).length === 0 ? {} : { storage: { tsdb } }),
    alerting: alerting(input),
    rule_files: [RULES, ...ownRuleFiles(input)],
    scrape_configs: jobs(input),
  };
  return stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** config/prometheus.yml with what the cluster adds. */
function usersFile(text: string, input: RenderInput): string {
  const { lateMs = 0, nodeTargets } = input;
  return mergeNative(text, {
    externalLabels: externalLabels(input),
    lateMs,
    retention: retention(input),
    alerting: alerting(input),
    ruleFiles: { before: [RULES], behind: ownRuleFiles(input) },
    jobs: jobs(input),
    share: ownShare(input),
    drop: droppedIn(input),
    nodeTargets,
  });
}

/**
 * Of the data volume. Both nodes store the same: without it both are full at the same time. What lies above is for the head,
 * for blocks that wait for their upload, and for what is quarantined.
 */
const BLOCKS_PERCENT = 80;

function retention({ retentionTime, prometheusVersion }: RenderInput): OwnRetention | undefined {
  const [major = 0, minor = 0] = prometheusVersion.split('.').map(Number);
  // 3.13 does not know it.
  if (retentionTime === undefined || major < 3 || (major === 3 && minor < 15)) return undefined;
  return { time: retentionTime, percentage: BLOCKS_PERCENT };
}

function storage(input: RenderInput): object {
  const { lateMs = 0 } = input;
  const kept = retention(input);
  return {
    ...(lateMs === 0 ? {} : { out_of_order_time_window: `${Math.ceil(lateMs / 1000)}s` }),
    ...(kept === undefined ? {} : { retention: kept }),
  };
}

// Relative: rule state and evaluation offset hang on the path, which must be the same on every node.
const RULES = 'rules/*.yml';
const ownRuleFiles = ({ webhooks }: RenderInput): string[] => (webhooks === null ? [] : ['own-rules/*.yml']);

function alerting({ gateAddress }: RenderInput): { alert_relabel_configs: object[]; alertmanagers: object[] } {
  return {
    // All nodes must send identical alerts, or Alertmanager notifies twice: also when a target moves to another shard.
    alert_relabel_configs: [{ action: 'labeldrop', regex: `${EXTERNAL_LABELS.replica}|${EXTERNAL_LABELS.shard}` }],
    alertmanagers: [
      { api_version: 'v2', timeout: '5s', ...DIRECT, static_configs: [{ targets: [`${gateAddress}:${PORTS.gate}`] }] },
    ],
  };
}

/** Those of config/targets and the cluster's own. */
function jobs(input: RenderInput): object[] {
  const { bundle, nodeTargets } = input;
  const limits = { ...scrapeLimits(bundle), ...DIRECT };
  return [...userJobs(input), ...ownJobs(nodeTargets, { ...ownPace(bundle), ...limits }), ...thanosJobs(input, limits)];
}

/** Beside a file of the user's own, which says how often its rules are evaluated, ours say it themselves. */
const ownGroup = ({ prometheus, global }: ConfigBundle): OwnGroup =>
  prometheus === undefined ? {} : { interval: global.evaluationInterval };

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
