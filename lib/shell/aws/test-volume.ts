import { CreateVolumeCommand, type EC2Client } from '@aws-sdk/client-ec2';
import { TAGS } from '../../contract/tags';
import { clientToken, ownTags, toTags } from './ebs';

export interface VolumeToTest {
  readonly cluster: string;
  readonly shard: number;
  readonly snapshot: { readonly id: string; readonly takenAt: number };
  /** The node that tries it, which finds it by its tags. */
  readonly by: string;
  readonly zone: string;
  /** Asked again with the same, EC2 makes it once. */
  readonly token: string | number;
}

/** Makes a volume of a snapshot, to be tried by a node; take-snapshot takes it back. Its id. */
export async function makeTestVolume(
  ec2: EC2Client,
  { cluster, shard, snapshot, by, zone, token }: VolumeToTest,
): Promise<string> {
  const made = await ec2.send(
    new CreateVolumeCommand({
      AvailabilityZone: zone,
      SnapshotId: snapshot.id,
      VolumeType: 'gp3',
      Encrypted: true,
      ClientToken: clientToken('test', snapshot.id, by, token),
      TagSpecifications: [
        {
          ResourceType: 'volume',
          Tags: toTags({
            ...ownTags(cluster, shard),
            [TAGS.testOf]: snapshot.id,
            [TAGS.testedBy]: by,
            [TAGS.takenAt]: new Date(snapshot.takenAt).toISOString(),
            Name: `${cluster}-test-of-${snapshot.id}`,
          }),
        },
      ],
    }),
  );
  return made.VolumeId!;
}
