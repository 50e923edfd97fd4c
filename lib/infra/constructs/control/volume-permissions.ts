import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { Cluster } from '../../config/cluster';
import { TAGS } from '../../../contract/tags';
import { partitionOf } from '../partition';
import { acknowledgeWildcards } from '../acknowledge';

/**
 * What the two functions may do with EBS: only to what carries the tags of this cluster and shard, and to what they make
 * themselves with these tags. Describing knows no narrower resource.
 */
export function snapshotPermissions(scope: IConstruct, cluster: Cluster): PolicyStatement[] {
  const { volume, snapshot, own, asked } = words(scope, cluster);
  const isTest = { Null: { [`aws:ResourceTag/${TAGS.testOf}`]: 'false' } };
  return [
    describe(),
    // Of volumes that are ours, into snapshots that will be.
    allow(['ec2:CreateSnapshot'], [volume], { StringEquals: own }),
    allow(['ec2:CreateSnapshot'], [snapshot], { StringEquals: asked }),
    // Taking back only what it took itself.
    allow(['ec2:DeleteSnapshot'], [snapshot], {
      StringEquals: own,
      Null: { [`aws:ResourceTag/${TAGS.takenAt}`]: 'false' },
    }),
    // Volumes for a test, and taking these back; never a volume without that tag.
    allow(['ec2:CreateVolume'], [volume], {
      StringEquals: asked,
      Null: { [`aws:RequestTag/${TAGS.testOf}`]: 'false' },
    }),
    allow(['ec2:CreateVolume'], [snapshot], { StringEquals: own }),
    allow(['ec2:DeleteVolume'], [volume], { StringEquals: own, ...isTest }),
    tagged(['CreateSnapshot', 'CreateVolume'], [volume, snapshot]),
    later(own, snapshot, TAGS.verified),
  ];
}

export function restorePermissions(scope: IConstruct, cluster: Cluster): PolicyStatement[] {
  const { volume, snapshot, own, asked } = words(scope, cluster);
  return [
    describe(),
    allow(['ec2:CreateVolume'], [volume], {
      StringEquals: asked,
      Null: { [`aws:RequestTag/${TAGS.restoredFrom}`]: 'false' },
    }),
    // One that it made and that nobody took.
    allow(['ec2:DeleteVolume'], [volume], {
      StringEquals: own,
      Null: { [`aws:ResourceTag/${TAGS.restoredFrom}`]: 'false' },
    }),
    allow(['ec2:CreateVolume'], [snapshot], { StringEquals: own }),
    tagged(['CreateVolume'], [volume]),
    later(own, snapshot, TAGS.verified),
    later(own, volume, TAGS.kept),
  ];
}

export function acknowledgeEbs(scope: IConstruct, cluster: Cluster): void {
  const account = cluster.account ?? '<AWS::AccountId>';
  const { region } = cluster;
  acknowledgeWildcards(scope, 'Limited by condition to what carries the tags of this cluster and shard.', [
    `arn:${partitionOf(region)}:ec2:${region}:${account}:volume/*`,
    `arn:${partitionOf(region)}:ec2:${region}::snapshot/*`,
  ]);
}

/** Tags of what is being made. */
const tagged = (calls: readonly string[], made: readonly string[]): PolicyStatement =>
  allow(['ec2:CreateTags'], made, { StringEquals: { 'ec2:CreateAction': calls } });

/** The one tag that says of what is there what came of it. */
const later = (own: Record<string, string>, resource: string, key: string): PolicyStatement =>
  allow(['ec2:CreateTags'], [resource], { StringEquals: own, 'ForAllValues:StringEquals': { 'aws:TagKeys': [key] } });

function words(scope: IConstruct, { name, shard }: Cluster) {
  const { partition, region, account } = Stack.of(scope);
  const tags = (where: string) => ({
    [`aws:${where}/${TAGS.cluster}`]: name,
    [`aws:${where}/${TAGS.shard}`]: String(shard),
  });
  return {
    volume: `arn:${partition}:ec2:${region}:${account}:volume/*`,
    // Snapshots' names have no account in them.
    snapshot: `arn:${partition}:ec2:${region}::snapshot/*`,
    own: tags('ResourceTag'),
    asked: tags('RequestTag'),
  };
}

const describe = (): PolicyStatement => allow(['ec2:DescribeVolumes', 'ec2:DescribeSnapshots'], ['*']);

function allow(
  actions: readonly string[],
  resources: readonly string[],
  conditions: Record<string, Record<string, unknown>> = {},
): PolicyStatement {
  return new PolicyStatement({ actions: [...actions], resources: [...resources], conditions });
}
