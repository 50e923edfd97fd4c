import { readGoYaml } from '../rendering/go-yaml';
import { at, eachScalar, itemsOf, textsOf } from '../rendering/yaml-nodes';

/** Names that config/ has for something else. */
const OURS = ['cluster.ts', 'cluster.lock.json', 'alertmanager.yml', 'prometheus.yml'];

/**
 * Where a file of the old machine lies below config/, so that the path by which the user's file names it finds it there:
 * leading directories do not count. `dir`: that of the old prometheus.yml.
 */
export function placeIn(path: string, dir: string): string {
  const below = path.startsWith(`${dir.replace(/\/$/, '')}/`) ? path.slice(dir.replace(/\/$/, '').length + 1) : null;
  const steps = (below ?? path).split('/').filter((step) => step !== '' && step !== '.' && step !== '..');
  const place = (below === null ? steps.slice(-2) : steps).join('/');
  return OURS.includes(place) ? `rules/${place}` : place;
}

/** Files that everybody may see; those of secrets stay where they are. */
export const PUBLIC = ['ca_file', 'cert_file', 'client_certificate_file'];

/** What a prometheus.yml, or a file with jobs, names by its path. */
export interface NamedPaths {
  readonly rules: readonly string[];
  readonly jobs: readonly string[];
  readonly targets: readonly string[];
  readonly certificates: readonly string[];
}

export function namedPaths(text: string): NamedPaths {
  const { root } = readGoYaml(text);
  const certificates: string[] = [];
  eachScalar(root, (scalar, keys) => {
    if (PUBLIC.includes(keys.at(-1) ?? '') && scalar.value !== '') certificates.push(String(scalar.value));
  });
  return {
    rules: textsOf(at(root, 'rule_files')),
    jobs: textsOf(at(root, 'scrape_config_files')),
    targets: itemsOf(at(root, 'scrape_configs'))
      .flatMap((job) => itemsOf(at(job, 'file_sd_configs')))
      .flatMap((sd) => textsOf(at(sd, 'files'))),
    certificates,
  };
}
