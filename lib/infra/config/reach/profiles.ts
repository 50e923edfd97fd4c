import { isMap, isSeq, type Node } from 'yaml';
import { writeGoYaml } from '../../../core/rendering/go-yaml';
import { at, entriesOf, itemsOf } from '../../../core/rendering/yaml-nodes';
import { keyNode, readUsersYaml, type Said, type UsersYaml } from '../native/source';

/** Maps that say with whose permissions AWS is asked. */
const OF_AWS = /^(aws|ec2|ecs|elasticache|lightsail|msk|rds)_sd_configs$|^sigv4$/;

/** A node has no profiles of the AWS CLI: Prometheus would not get any credentials. Its role counts, so they go. */
export function dropProfiles({ root, where }: UsersYaml, { warnings }: Said): void {
  for (const map of mapsOfAws(root)) {
    if (at(map, 'profile') === null || !isMap(map)) continue;
    warnings.push(
      `${where(keyNode(map, 'profile'))}: profile is left out: a node has no profiles, and asks with its own role, or with role_arn`,
    );
    map.delete('profile');
  }
}

/** The same of receivers of SNS. The text is another one only where there was a profile. */
export function withoutProfiles(file: string, text: string, said: Said): string {
  if (!/\bprofile\b/.test(text)) return text;
  const source = readUsersYaml(file, '', text, { problems: [], warnings: [] });
  if (source === null) return text;
  const before = said.warnings.length;
  dropProfiles(source, said);
  return said.warnings.length === before ? text : writeGoYaml(source.root);
}

function mapsOfAws(node: Node | null): Node[] {
  if (isSeq(node)) return itemsOf(node).flatMap(mapsOfAws);
  return entriesOf(node).flatMap(({ key, value }) => {
    if (!OF_AWS.test(key)) return mapsOfAws(value);
    return isSeq(value) ? itemsOf(value) : isMap(value) ? [value] : [];
  });
}
