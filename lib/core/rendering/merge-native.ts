import { isMap, isScalar, YAMLMap, YAMLSeq, type Node } from 'yaml';
import { parseDuration } from '../../contract/duration';
import { EXTERNAL_LABELS } from '../../contract/labels';
import { UserError } from '../../contract/errors';
import { RESERVED_JOBS } from '../../contract/own-jobs';
import { readGoYaml, writeGoYaml } from './go-yaml';
import { at, extend, itemsOf, mapAt, nodeOf, put, quoted, textOf } from './yaml-nodes';

/** Where the cluster's own targets are, in a job of the user's that scraped its Prometheus: replaced by the node's directory. */
export const NODES_DIRECTORY = 'prometheus-ha-nodes';

/** How long blocks are kept, and up to which share of the volume. */
export interface OwnRetention {
  readonly time: string;
  readonly percentage: number;
}

/** What the cluster adds to the user's config/prometheus.yml; each as it stands in a file of Prometheus. */
export interface OwnParts {
  readonly externalLabels: Readonly<Record<string, string>>;
  /** How much older than the newest a sample may be, ms. */
  readonly lateMs: number;
  readonly retention?: OwnRetention | undefined;
  readonly alerting: { readonly alert_relabel_configs: readonly object[]; readonly alertmanagers: readonly object[] };
  /** Rule files in front of the user's and behind them. */
  readonly ruleFiles: { readonly before: readonly string[]; readonly behind: readonly string[] };
  readonly jobs: readonly object[];
  /** Before the user's own relabeling of each of their jobs. */
  readonly share: readonly object[];
  /** Behind the user's own relabeling of metrics. */
  readonly drop: readonly object[];
  /** Directory of the file_sd files with the addresses of all nodes. */
  readonly nodeTargets: string;
}

/**
 * The user's file, which passes as it is, and what the cluster needs. Our labels, alerting and window win; for everything
 * else the file does. What of it has to give way is told at synth (lib/infra/config/native).
 */
export function mergeNative(text: string, own: OwnParts): string {
  const { root: read, errors } = readGoYaml(text);
  const root = read ?? new YAMLMap();
  if (errors.length > 0 || !isMap(root)) throw unreadable(errors[0]?.says ?? text.slice(0, 80));
  try {
    return withOwnParts(root, own);
  } catch (error) {
    // Found out only when something is put into it, or when it is written.
    throw unreadable((error as Error).message);
  }
}

const unreadable = (got: string): UserError =>
  new UserError({
    what: "Prometheus's configuration cannot be read",
    where: 'config/prometheus.yml',
    got,
    expected: 'a document of keys and values',
    fix: 'correct it; `npx cdk synth` names the line',
  });

function withOwnParts(root: YAMLMap, own: OwnParts): string {
  const labels = mapAt(mapAt(root, 'global'), 'external_labels');
  for (const [name, value] of Object.entries(own.externalLabels)) put(labels, name, quoted(value));
  addWindow(root, own.lateMs);
  if (own.retention !== undefined) put(mapAt(mapAt(root, 'storage'), 'tsdb'), 'retention', nodeOf(own.retention));
  const alerting = mapAt(root, 'alerting');
  extend(alerting, 'alert_relabel_configs', own.alerting.alert_relabel_configs.map(nodeOf));
  put(alerting, 'alertmanagers', list(own.alerting.alertmanagers.map(nodeOf)));
  extend(root, 'rule_files', own.ruleFiles.before.map(quoted), 'before');
  extend(root, 'rule_files', own.ruleFiles.behind.map(quoted));
  for (const job of itemsOf(at(root, 'scrape_configs'))) if (isMap(job)) addToJob(job, own);
  extend(root, 'scrape_configs', own.jobs.map(nodeOf));
  for (const remote of itemsOf(at(root, 'remote_write'))) if (isMap(remote)) addReplica(remote);
  return writeGoYaml(root);
}

/** The wider window wins: what a node missed comes late, and what the user lets come late may. */
function addWindow(root: YAMLMap, lateMs: number): void {
  const users = parseDuration(textOf(at(root, 'storage', 'tsdb', 'out_of_order_time_window')) ?? '0') ?? 0;
  if (lateMs <= users) return;
  const window = quoted(`${Math.ceil(lateMs / 1000)}s`);
  put(mapAt(mapAt(root, 'storage'), 'tsdb'), 'out_of_order_time_window', window);
}

function addToJob(job: YAMLMap, { share, drop, nodeTargets }: OwnParts): void {
  const name = textOf(at(job, 'job_name')) ?? '';
  for (const file of itemsOf(at(job, 'file_sd_configs')).flatMap((one) => itemsOf(at(one, 'files')))) {
    const path = textOf(file);
    if (isScalar(file) && path?.startsWith(`${NODES_DIRECTORY}/`) === true)
      file.value = `${nodeTargets}${path.slice(NODES_DIRECTORY.length)}`;
  }
  extend(job, 'relabel_configs', [...share, ...underItsName(name)].map(nodeOf), 'before');
  extend(job, 'metric_relabel_configs', drop.map(nodeOf));
  if (RESERVED_JOBS.includes(name)) put(job, 'job_name', quoted(usersName(name)));
}

/** The cluster's job has the name, and Prometheus takes each once: the user's gets another, and the label says what it said. */
const usersName = (name: string): string => `${name} (config/prometheus.yml)`;

const underItsName = (name: string): object[] =>
  RESERVED_JOBS.includes(name)
    ? [
        {
          source_labels: ['job'],
          regex: usersName(name).replace(/[().]/g, '\\$&'),
          target_label: 'job',
          replacement: name,
        },
      ]
    : [];

/** Both nodes send everything: receivers that know replicas (Mimir, AMP, Grafana Cloud) take it once by these labels. */
function addReplica(remote: YAMLMap): void {
  const replica = { source_labels: [EXTERNAL_LABELS.replica], target_label: '__replica__' };
  const without = { regex: EXTERNAL_LABELS.replica, action: 'labeldrop' };
  extend(remote, 'write_relabel_configs', [replica, without].map(nodeOf));
}

function list(items: readonly Node[]): YAMLSeq {
  const made = new YAMLSeq();
  made.items = [...items];
  return made;
}
