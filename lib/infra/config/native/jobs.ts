import { isSeq, type Node, type YAMLMap } from 'yaml';
import { NODES_DIRECTORY } from '../../../core/rendering/merge-native';
import {
  at,
  eachScalar,
  entriesOf,
  extend,
  itemsOf,
  nodeOf,
  textOf,
  textsOf,
} from '../../../core/rendering/yaml-nodes';
import type { Said, UsersYaml } from './source';

/** What stands beside the old server, by itself or by its name in a compose file, as Prometheus and Alertmanager listen. */
const SELF: readonly [job: string, target: RegExp][] = [
  ['prometheus', /^(localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]|host\.docker\.internal|prometheus[a-z0-9_-]*):9090$/i],
  [
    'alertmanager',
    /^(localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]|host\.docker\.internal|alertmanager[a-z0-9_-]*):9093$/i,
  ],
];

const selfOf = (target: string): string | undefined => SELF.find(([, pattern]) => pattern.test(target))?.[0];

/**
 * Targets that are the old Prometheus or Alertmanager become those of all nodes, under the user's name of the job.
 * @returns false where nothing is left of it: the cluster's own job of that name does it
 */
export function nodesForSelf(job: YAMLMap, { where }: UsersYaml, { warnings }: Said): boolean {
  const path = textOf(at(job, 'metrics_path'));
  if ((path !== null && !path.endsWith('/metrics')) || movesAddress(job)) return true;
  const name = textOf(at(job, 'job_name')) ?? '';
  const groups = itemsOf(at(job, 'static_configs'));
  const found = new Set<string>();
  const labels: { readonly key: string; readonly text: string }[] = [];
  for (const group of groups) {
    const targets = at(group, 'targets');
    if (!isSeq(targets)) continue;
    const own = textsOf(targets).filter((target) => selfOf(target) !== undefined);
    if (own.length === 0) continue;
    own.forEach((target) => found.add(selfOf(target)!));
    targets.items = targets.items.filter((item) => !own.includes(textOf(item as Node) ?? ''));
    for (const { key, value } of entriesOf(at(group, 'labels'))) labels.push({ key, text: textOf(value) ?? '' });
  }
  if (found.size === 0) return true;
  const left = discoversElse(job);
  const ours = [...found].filter((own) => own !== name);
  const rest = entriesOf(job)
    .map(({ key }) => key)
    .filter((key) => !['job_name', 'static_configs'].includes(key));
  const lost = [...rest, ...labels.map(({ key }) => `label ${key}`)];
  if (ours.length === 0) {
    const told = lost.length > 0 && !left ? `; of this one ${lost.join(', ')} do not count` : '';
    warnings.push(
      `${where(job)}: ${name} scrapes itself: here the cluster's job of that name does, on every node, with its addresses as instance${told}`,
    );
    return left;
  }
  const file = (own: string): string => `${NODES_DIRECTORY}/${own}.json`;
  extend(job, 'file_sd_configs', [nodeOf({ files: ours.map(file) })]);
  if (!left) {
    const constants = labels.map(({ key, text }) => ({ target_label: key, replacement: text.replaceAll('$', '$$$$') }));
    extend(job, 'relabel_configs', constants.map(nodeOf), 'before');
    // Nodes answer there, without any of them.
    for (const key of ['static_configs', 'scheme', 'metrics_path', 'basic_auth', 'authorization', 'tls_config'])
      job.delete(key);
  }
  warnings.push(`${where(job)}: ${ours.join(' and ')} of the old server: ${name} scrapes that of every node instead`);
  return true;
}

/** Whether relabeling makes the address: then targets are what a probe is asked about. */
const movesAddress = (job: YAMLMap): boolean => relabels(job, '__address__');

function relabels(job: YAMLMap, label: string): boolean {
  return itemsOf(at(job, 'relabel_configs')).some((one) => textOf(at(one, 'target_label')) === label);
}

function discoversElse(job: YAMLMap): boolean {
  const targets = itemsOf(at(job, 'static_configs')).flatMap((group) => textsOf(at(group, 'targets')));
  return targets.length > 0 || entriesOf(job).some(({ key }) => key.endsWith('_sd_configs'));
}

const LOCALHOST = /^([a-z][a-z0-9+.-]*:\/\/)?(localhost|127\.0\.0\.1|\[::1\]|host\.docker\.internal)(?=[:/]|$)/i;
/** Where a host's name is no address. */
const NO_ADDRESS = [
  'labels',
  'external_labels',
  'regex',
  'job_name',
  'source_labels',
  'target_label',
  'Host',
  'server_name',
];

/** How this warning begins. */
export const ITS_OWN_LOCALHOST = 'each node is its own localhost';

/** localhost is each node itself; HOST of cluster.ts's localhost takes its place where it is said. */
export function mapLocalhost({ root, where }: UsersYaml, host: string | undefined, { warnings }: Said): void {
  const places: string[] = [];
  eachScalar(root, (scalar, keys) => {
    if (keys.some((key) => NO_ADDRESS.includes(key))) return;
    const text = String(scalar.value);
    if (!LOCALHOST.test(text)) return;
    if (host === undefined) places.push(`${text} (${where(scalar).replace(/^.*:(\d+):\d+$/, 'line $1')})`);
    else scalar.value = text.replace(LOCALHOST, (_, scheme: string | undefined) => `${scheme ?? ''}${host}`);
  });
  if (places.length === 0) return;
  const more = places.length > 5 ? ` and ${places.length - 5} more` : '';
  warnings.push(
    `${where(root)}: ${ITS_OWN_LOCALHOST}, and nothing of yours runs there: ${places.slice(0, 5).join(', ')}${more}; ` +
      "localhost: 'HOST' in cluster.ts says which machine is meant",
  );
}

/** Targets that are written down, as alerts name them, and whether others get their name only where it runs. */
export function targetsIn(jobs: readonly YAMLMap[]): { readonly written: string[]; readonly discovers: boolean } {
  const groups = jobs.flatMap((job) => itemsOf(at(job, 'static_configs')));
  const named = (job: YAMLMap): boolean => relabels(job, '__address__') || relabels(job, 'instance');
  return {
    written: groups.flatMap((group) => [
      ...textsOf(at(group, 'targets')),
      ...[textOf(at(group, 'labels', 'instance'))].filter((instance) => instance !== null),
    ]),
    discovers: jobs.some((job) => named(job) || entriesOf(job).some(({ key }) => key.endsWith('_sd_configs'))),
  };
}
