import { isMap, isSeq, type Node } from 'yaml';
import { UserError } from '../../../contract/errors';
import { at, entriesOf, itemsOf, textOf } from '../../../core/rendering/yaml-nodes';
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

/** What a receiver of SNS says that a node cannot know, or that no permission can be made of. */
export function refuseUnknownTopics(file: string, text: string, { problems }: Said): void {
  const source = readUsersYaml(file, '', text, { problems: [], warnings: [] });
  if (source === null) return;
  for (const map of mapsOfAws(source.root)) {
    const profile = textOf(at(map, 'profile'));
    if (profile === null) continue;
    problems.push(
      new UserError({
        what: 'a node has no profiles of the AWS CLI: this receiver would get no credentials',
        where: source.where(keyNode(map, 'profile')),
        got: profile,
        expected: "the node's own role, or role_arn",
        fix: 'leave it out',
      }),
    );
  }
  const sns = itemsOf(at(source.root, 'receivers')).flatMap((one) => itemsOf(at(one, 'sns_configs')));
  for (const config of sns) {
    for (const key of ['topic_arn', 'target_arn']) {
      const arn = textOf(at(config, key)) ?? '';
      if (arn === '' || /^arn:aws[a-z-]*:sns:[^{}$]+$/.test(arn)) continue;
      problems.push(
        new UserError({
          what: `nodes could not be allowed to publish there: ${key} is no ARN`,
          where: source.where(keyNode(config, key)),
          got: arn,
          expected: 'an ARN as it is, so that the role of the nodes gets this one and no other',
          fix: 'write the ARN, with a receiver for each topic',
        }),
      );
    }
  }
}

function mapsOfAws(node: Node | null): Node[] {
  if (isSeq(node)) return itemsOf(node).flatMap(mapsOfAws);
  return entriesOf(node).flatMap(({ key, value }) => {
    if (!OF_AWS.test(key)) return mapsOfAws(value);
    return isSeq(value) ? itemsOf(value) : isMap(value) ? [value] : [];
  });
}
