import { isMap, type Node, type YAMLMap } from 'yaml';
import { UserError } from '../../../contract/errors';
import { EXTERNAL_LABELS } from '../../../contract/labels';
import { at, entriesOf, itemsOf, textOf, textsOf } from '../../../core/rendering/yaml-nodes';
import type { ClusterConfig } from '../schema/schema';
import { keyNode, type Said, type UsersYaml } from './source';

/** What of config/cluster.ts meets config/prometheus.yml. */
export type Settings = Pick<
  ClusterConfig,
  'name' | 'scrapeInterval' | 'evaluationInterval' | 'retention' | 'localhost' | 'foreignAlertmanagers' | 'secrets'
>;

/** Where the file and the cluster both say something: who wins, and why. What loses is taken out of the file. */
export function giveWay(source: UsersYaml, settings: Settings, said: Said): void {
  pace(source, settings, said);
  labels(source, settings, said);
  alertmanagers(source, settings, said);
  retention(source, settings, said);
  logFiles(source, said);
  replicas(source, said);
}

/** How this refusal begins. */
export const FOREIGN = 'alerts would no longer reach this Alertmanager: here they go to those of the cluster';

const PACE = [
  ['scrape_interval', 'scrapeInterval', 'jobs', "those of config/targets and the cluster's own"],
  ['evaluation_interval', 'evaluationInterval', 'rules', "the cluster's own"],
] as const;
/** Prometheus' default of both. */
const DEFAULT_PACE = '1m';

/** The file wins for what stands in it: a target is asked as often as its owner said, and not sixty times as often. */
function pace({ root, file, where }: UsersYaml, settings: Settings, { warnings }: Said): void {
  const global = at(root, 'global');
  for (const [key, setting, what, ours] of PACE) {
    const value = textOf(at(global, key));
    if (value === settings[setting]) continue;
    const place = value === null ? file : where(keyNode(global, key));
    const users =
      value === null ? `no global ${key}, which is ${DEFAULT_PACE} to Prometheus, and it` : `${key} ${value}`;
    const subject = what === 'jobs' ? 'its jobs' : 'all rules that say nothing else';
    warnings.push(`${place}: ${users} is for ${subject}; ${setting} ${settings[setting]} of cluster.ts is for ${ours}`);
  }
}

/** Ours win: Thanos, audits and alerts tell nodes by them. */
function labels({ root, where }: UsersYaml, { name }: Settings, { warnings }: Said): void {
  const ours: Readonly<Record<string, string>> = {
    [EXTERNAL_LABELS.cluster]: `is '${name}', the cluster's name: Thanos and audits find the nodes by it`,
    [EXTERNAL_LABELS.replica]: "is each node's name: by it Thanos deduplicates, and no alert has it",
    [EXTERNAL_LABELS.shard]: "is the node's shard: Thanos and audits find it by it, and no alert has it",
  };
  for (const { key, keyNode: node, value } of entriesOf(at(root, 'global', 'external_labels'))) {
    const text = textOf(value) ?? '';
    if (!Object.hasOwn(ours, key) || (key === EXTERNAL_LABELS.cluster && text === name)) continue;
    warnings.push(
      `${where(node)}: the external label ${key} ${ours[key]}, and not '${text}'; what selects the old value has to follow: routes of alertmanager.yml, dashboards`,
    );
  }
}

/** Loopback, the machine under a container, or a name without a dot, as in a compose file: what stood beside the old server. */
const BESIDE = /^(localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\]|host\.docker\.internal|[a-z0-9_-]+)(:\d+)?$/i;

/** Ours win: alerts go through the gate, of the node that alerts. */
function alertmanagers({ root, where }: UsersYaml, { foreignAlertmanagers }: Settings, said: Said): void {
  const alerting = at(root, 'alerting');
  const there = itemsOf(at(alerting, 'alertmanagers'));
  for (const one of there) {
    const targets = itemsOf(at(one, 'static_configs')).flatMap((group) => textsOf(at(group, 'targets')));
    const discoveries = entriesOf(one).filter(({ key }) => key.endsWith('_sd_configs'));
    const names = [...targets, ...discoveries.map(({ key }) => key)].join(', ') || 'none';
    const beside = discoveries.length === 0 && targets.every((target) => BESIDE.test(target));
    if (beside || foreignAlertmanagers === 'replaced') {
      if (names !== 'none')
        said.warnings.push(
          `${where(one)}: alerts go to the cluster's Alertmanagers with alertmanager.yml, not to ${names}`,
        );
      continue;
    }
    said.problems.push(
      new UserError({
        what: FOREIGN,
        where: where(one),
        got: names,
        expected: 'its routes and receivers in config/alertmanager.yml',
        fix: "bring them there and say foreignAlertmanagers: 'replaced' in cluster.ts",
      }),
    );
  }
  if (isMap(alerting)) alerting.delete('alertmanagers');
}

/** cluster.ts wins: disks are checked against it, and Prometheus takes it as a flag. */
function retention({ root, where }: UsersYaml, settings: Settings, { warnings }: Said): void {
  const tsdb = at(root, 'storage', 'tsdb');
  if (at(tsdb, 'retention') === null) return;
  warnings.push(
    `${where(keyNode(tsdb, 'retention'))}: retention ${settings.retention} of cluster.ts counts, by which disks are checked, and not this`,
  );
  (tsdb as YAMLMap).delete('retention');
}

const LOG_FILES = ['query_log_file', 'scrape_failure_log_file'];

/** Prometheus does not start where it cannot open them, and nobody would rotate them. */
function logFiles({ root, where }: UsersYaml, { warnings }: Said): void {
  const drop = (map: Node | null): void => {
    for (const key of LOG_FILES.filter((one) => at(map, one) !== null)) {
      warnings.push(`${where(keyNode(map, key))}: ${key} is left out: nodes keep no such log`);
      (map as YAMLMap).delete(key);
    }
  };
  drop(at(root, 'global'));
  itemsOf(at(root, 'scrape_configs')).forEach(drop);
}

function replicas({ root, where }: UsersYaml, { warnings }: Said): void {
  if (itemsOf(at(root, 'remote_write')).length === 0) return;
  warnings.push(
    `${where(keyNode(root, 'remote_write'))}: every node sends, with the labels cluster and __replica__: ` +
      'a receiver that does not deduplicate by them gets every sample of each',
  );
}
