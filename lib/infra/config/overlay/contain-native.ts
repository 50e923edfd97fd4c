import { isMap, isSeq, type Node, type YAMLMap } from 'yaml';
import { NODES_DIRECTORY } from '../../../core/rendering/merge-native';
import { readGoYaml, writeGoYaml } from '../../../core/rendering/go-yaml';
import { at, entriesOf, extend, itemsOf, textOf, textsOf } from '../../../core/rendering/yaml-nodes';
import type { Native } from '../native/native';
import { containTargets } from './contain-targets';
import type { Containment } from './overlay';

/** Nothing is written to, read from or asked of what is elsewhere. */
const ELSEWHERE = ['remote_write', 'remote_read', 'tracing'];

/** How a target is reached where it really is. */
const ACCESS = [
  'basic_auth',
  'authorization',
  'oauth2',
  'bearer_token_file',
  'http_headers',
  'tls_config',
  'scheme',
  'proxy_url',
  'proxy_from_environment',
  'proxy_connect_header',
  'no_proxy',
];

/**
 * config/prometheus.yml where it is played: targets that are written down lead here or to nobody, under the names that the user
 * gave them; discoveries, relabeling of addresses, and what is sent elsewhere are left out, and named.
 */
export function containNative(
  native: Native,
  hosts: Pick<Containment, 'hosts' | 'targets'>,
): { readonly native: Native; readonly elsewhere: readonly string[] } {
  const { root } = readGoYaml(native.text);
  if (!hosts.targets || !isMap(root)) return { native, elsewhere: [] };
  const elsewhere = ELSEWHERE.filter((key) => root.delete(key));
  for (const job of itemsOf(at(root, 'scrape_configs'))) if (isMap(job)) elsewhere.push(...contained(job, hosts));
  return { native: { ...native, text: writeGoYaml(root) }, elsewhere };
}

function contained(job: YAMLMap, hosts: Pick<Containment, 'hosts' | 'targets'>): string[] {
  const name = textOf(at(job, 'job_name')) ?? '';
  const ours = itemsOf(at(job, 'file_sd_configs')).filter((one) =>
    textsOf(at(one, 'files')).every((path) => path.startsWith(`${NODES_DIRECTORY}/`)),
  );
  const groups = itemsOf(at(job, 'static_configs'));
  const left: string[] = [];
  for (const { key, value } of entriesOf(job)) {
    if (!key.endsWith('_sd_configs')) continue;
    const others = itemsOf(value).filter((one) => !ours.includes(one));
    if (others.length > 0) left.push(`${key} of ${name}`);
    if (key !== 'file_sd_configs' || ours.length === 0) job.delete(key);
    else if (isSeq(value)) value.items = ours;
  }
  const moves = itemsOf(at(job, 'relabel_configs')).some((one) => textOf(at(one, 'target_label')) === '__address__');
  // What is here is the demonstration's, which asks for nothing; and files with secrets are on no node here.
  for (const key of [...ACCESS, 'static_configs']) job.delete(key);
  if (moves) return [...left, `probes of ${name}`];
  const played = containTargets({ [name]: JSON.stringify(groups.map(groupOf)) }, hosts);
  extend(job, 'static_configs', itemsOf(readGoYaml(played.targets[name]!).root));
  return [...left, ...played.elsewhere];
}

const groupOf = (group: Node): object => ({
  targets: textsOf(at(group, 'targets')).filter((target) => target.includes(':')),
  labels: Object.fromEntries(entriesOf(at(group, 'labels')).map(({ key, value }) => [key, textOf(value) ?? ''])),
});
