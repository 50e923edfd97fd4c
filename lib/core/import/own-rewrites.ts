import { isMap, isScalar, type Node, type YAMLMap } from 'yaml';
import { readGoYaml } from '../rendering/go-yaml';
import { at, entriesOf, itemsOf, textOf } from '../rendering/yaml-nodes';
import { namesFile } from '../rendering/secrets/file-keys';
import { commentOut, type Rewrite } from './edits';
import { PUBLIC } from './paths';
import { rewritten, scalarsOf } from './scalars';
import type { SecretNames } from './secret-names';

/** What a server writes where it does not tell a secret. */
const HIDDEN = '<secret>';

/** What the server hides becomes the name of a secret to be declared. */
export function hiddenSecrets(text: string, names: SecretNames, file: string): Rewrite[] {
  return scalarsOf(text).flatMap(({ scalar, keys, owner }) => {
    if (scalar.value !== HIDDEN) return [];
    const line = text.slice(0, scalar.range?.[0]).split('\n').length;
    const name = names.nameFor(null, owner, keys.at(-1) ?? '', `${file}:${line}`);
    return [
      {
        edit: rewritten(text, scalar, `\${${name}}`),
        what: `${keys.at(-1)} is \${${name}}`,
        why: 'the server does not tell secrets',
      },
    ];
  });
}

/** Files that are no secrets: certificates, which come along, and logs. */
const NO_SECRETS = [...PUBLIC, 'query_log_file', 'scrape_failure_log_file'];
const FREE = ['labels', 'external_labels', 'params', 'annotations'];

/** Files with secrets are declared by their names; two of the same name in two directories get two. */
export function secretFiles(text: string, names: SecretNames, file: string): Rewrite[] {
  return scalarsOf(text).flatMap(({ scalar, keys }) => {
    const path = String(scalar.value);
    const key = keys.at(-1) ?? '';
    if (!namesFile(keys) || NO_SECRETS.includes(key) || keys.some((one) => FREE.includes(one)) || path === '')
      return [];
    const line = text.slice(0, scalar.range?.[0]).split('\n').length;
    const there = path.replace(/^.*\//, '');
    const name = names.nameForFile(path, `${file}:${line}`);
    if (name === there) return [];
    const why = `secrets are told apart by the file's name, and ${there} is already another one, or no name`;
    return [
      { edit: rewritten(text, scalar, `${path.slice(0, -there.length)}${name}`), what: `${key} is ${name}`, why },
    ];
  });
}

const OURS: Readonly<Record<string, string>> = {
  replica: "it is each node's name here",
  shard: "it is the node's shard here",
  cluster: "it is the cluster's name here",
};

/** Labels that the cluster sets stay to be read, and count no more. @param cluster its name */
export function labelsOfTheCluster(text: string, cluster: string): Rewrite[] {
  const { root } = readGoYaml(text);
  return entriesOf(at(root, 'global', 'external_labels')).flatMap(({ key, keyNode, value }) => {
    const why = Object.hasOwn(OURS, key) ? OURS[key] : undefined;
    if (why === undefined || (key === 'cluster' && textOf(value) === cluster)) return [];
    const edit = commentOut(text, keyNode.range?.[0] ?? 0, value?.range?.[1] ?? keyNode.range?.[1] ?? 0);
    return edit === null
      ? []
      : [{ edit, what: `the external label ${key} no longer counts`, why: `${why}: what selects it has to follow` }];
  });
}

/** Keys that Prometheus 3 calls otherwise. */
const RENAMED: Readonly<Record<string, string>> = { scrape_classic_histograms: 'always_scrape_classic_histograms' };
/** As Prometheus 2 read whatever said nothing of itself. */
const FALLBACK = 'fallback_scrape_protocol: PrometheusText0.0.4';

/** What jobs of Prometheus 2 need to mean the same to 3. */
export function fromVersion2(text: string): Rewrite[] {
  const { root } = readGoYaml(text);
  return itemsOf(at(root, 'scrape_configs'))
    .filter(isMap)
    .flatMap((job) => [...renamed(job), ...fallback(text, job)]);
}

function renamed(job: YAMLMap): Rewrite[] {
  return entriesOf(job).flatMap(({ key, keyNode }) => {
    const now = Object.hasOwn(RENAMED, key) ? RENAMED[key] : undefined;
    const [start, end] = [keyNode.range?.[0] ?? 0, keyNode.range?.[1] ?? 0];
    if (now === undefined) return [];
    return [{ edit: { start, end, text: now }, what: `${key} is ${now}`, why: 'Prometheus 3 calls it so' }];
  });
}

function fallback(text: string, job: YAMLMap): Rewrite[] {
  const name = at(job, 'job_name');
  if (at(job, 'fallback_scrape_protocol') !== null || !isScalar(name)) return [];
  const [key] = entriesOf(job).filter(({ key: one }) => one === 'job_name');
  const start = key?.keyNode.range?.[0] ?? 0;
  const indent = ' '.repeat(start - (text.lastIndexOf('\n', start - 1) + 1));
  const end = (name as Node).range?.[1] ?? 0;
  const line = text.indexOf('\n', end);
  const place = job.flow === true ? end : line === -1 ? text.length : line;
  const added = job.flow === true ? `, ${FALLBACK}` : `\n${indent}${FALLBACK}`;
  return [
    {
      edit: { start: place, end: place, text: added },
      what: `${textOf(name)}: ${FALLBACK}`,
      why: 'Prometheus 2 read answers without a Content-Type, 3 refuses them; leave it out where targets send one',
    },
  ];
}
