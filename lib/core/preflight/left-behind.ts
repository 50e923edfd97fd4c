import { shardSuffix } from '../../contract/functions';
import { STATEFUL_IDS } from '../../contract/stateful-ids';
import { stop, warn, type PreflightFinding } from './findings';

/** What outlives its stack, and has the cluster's tags or name. */
export interface KeptByStack {
  /** Data volumes that are not set aside. */
  readonly volumes: readonly {
    readonly id: string;
    readonly node: string;
    readonly shard: number;
    readonly generation: number;
  }[];
  readonly buckets: readonly { readonly name: string; readonly holds: 'control' | 'blocks' }[];
}

export interface ClusterAsked {
  readonly cluster: string;
  readonly region: string;
  /** The tag that sets a volume aside (TAGS.kept), for commands. */
  readonly keptTag: string;
}

/**
 * What a stack of volumes and buckets kept when it was deleted. A deploy makes empty ones beside them: a node refuses to
 * choose between two volumes of one generation, and of two buckets only the new one is read. `there`: names of stacks.
 */
export function leftBehind(kept: KeptByStack, there: readonly string[], o: ClusterAsked): PreflightFinding[] {
  const shards = [...new Set([0, ...kept.volumes.map(({ shard }) => shard)])].sort((a, b) => a - b);
  return shards.flatMap((shard) => {
    const stack = `${o.cluster}-stateful${shardSuffix(shard)}`;
    const volumes = kept.volumes.filter((volume) => volume.shard === shard);
    const buckets = shard === 0 ? kept.buckets : [];
    if (there.includes(stack) || volumes.length + buckets.length === 0) return [];
    const names = [...volumes.map(({ id, node }) => `${id} of ${node}`), ...buckets.map(({ name }) => `s3://${name}`)];
    const what = `the stack ${stack} is gone, and it left ${names.join(', ')}`;
    const takeOver = imported(shard, volumes, buckets);
    if (volumes.length === 0) {
      const why = 'the deploy makes empty ones beside them: nobody reads the old blocks, and they go on billing';
      return [warn(what, why, `${takeOver}; or delete them`)];
    }
    const ids = volumes.map(({ id }) => id).join(' ');
    const aside = `aws ec2 create-tags --region ${o.region} --resources ${ids} --tags Key=${o.keptTag},Value='before this deploy'`;
    return [
      stop(
        what,
        'the deploy makes empty ones beside them: nodes do not choose between two volumes of one generation, and nobody reads the old blocks',
        `${takeOver}; to begin anew, set the volumes aside: ${aside}`,
      ),
    ];
  });
}

/** The command by which the stack takes over what there is once. Of two of a kind a person chooses. */
function imported(shard: number, volumes: KeptByStack['volumes'], buckets: KeptByStack['buckets']): string {
  const slots: [id: string, identifier: object, name: string][] = [
    ...volumes
      // Later ones were made by restore-snapshot, belong to no stack, and are found by their tags.
      .filter(({ generation }) => generation === 1)
      .map(({ id, node }): [string, object, string] => [STATEFUL_IDS.dataVolume(shard, node), { VolumeId: id }, id]),
    ...buckets.flatMap(({ name, holds }): [string, object, string][] =>
      holds === 'control'
        ? [[STATEFUL_IDS.controlBucket, { BucketName: name }, name]]
        : [
            [STATEFUL_IDS.blocksBucket, { BucketName: name }, name],
            [STATEFUL_IDS.blocksBucketPolicy, { Bucket: name }, name],
          ],
    ),
  ];
  const isTwice = ([id]: (typeof slots)[number]): boolean => slots.filter((other) => other[0] === id).length > 1;
  const map = Object.fromEntries(slots.filter((slot) => !isTwice(slot)).map(([id, identifier]) => [id, identifier]));
  const doubtful = [...new Set(slots.filter(isTwice).map(([id, , name]) => `${name} as ${id}`))];
  const choose = doubtful.length === 0 ? '' : ` (add one each of: ${doubtful.join(', ')})`;
  const command = `npx cdk import stateful${shardSuffix(shard)} --resource-mapping-inline '${JSON.stringify(map)}'`;
  return `to go on with them: ${command}${choose}, and deploy at once`;
}
