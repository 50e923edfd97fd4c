import { UserError } from '../../../contract/errors';
import { secretOfPath } from '../../../core/rendering/secrets/placeholders';
import type { YamlFile } from '../yaml-file';
import { nearestNamed } from './shape';

/** Keys that name a file to be read on the node. */
const NAMES_FILE = /_file$/;

/** Files that a configuration of Alertmanager names and that no deploy brings to the nodes. */
export function filesNotOnNodes(yaml: YamlFile, isDeclared: (name: string) => boolean): UserError[] {
  const found: UserError[] = [];
  const visit = (value: unknown, path: readonly (string | number)[]): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      const at = [...path, Array.isArray(value) ? Number(key) : key];
      if (NAMES_FILE.test(key) && typeof inner === 'string' && inner !== '') {
        if (secretOfPath(inner, isDeclared) === null) found.push(missing(yaml, at, key, inner));
      } else visit(inner, at);
    }
  };
  visit(yaml.value, []);
  return found;
}

function missing(yaml: YamlFile, path: readonly (string | number)[], key: string, file: string): UserError {
  const about = nearestNamed(path, yaml.value);
  return new UserError({
    ...(about === null ? {} : { about }),
    what: 'this file is not on the nodes: notifications would fail when there is something to notify of',
    where: yaml.where(path),
    got: `${key}: ${file}`,
    expected: 'a declared secret, what config/ has, or an image of your own (instance.ami) that has the file',
    fix: `declare secrets: { '${file.replace(/^.*\//, '')}': { secretsManager: 'its name there' } } in cluster.ts, or boot nodes from such an image`,
  });
}
