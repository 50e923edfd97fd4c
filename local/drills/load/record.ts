import { S3Client } from '@aws-sdk/client-s3';
import { readHistory } from '../../../lib/shell/assignment/history';
import type { Assignment } from '../../../lib/contract/documents/assignment';
import { LOCAL_CREDENTIALS } from '../../run/deploy/read-back';
import type { TestBed } from '../test-bed';

/** Every run starts anew, and none changes the assignment so often. */
const MOST = 100;

/** The assignment's versions from that epoch on, oldest first. */
export async function assignmentsSince(world: TestBed, epoch: number): Promise<Assignment[]> {
  const { controlBucket, endpoint, region } = world.state;
  const s3 = new S3Client({ endpoint, region, credentials: LOCAL_CREDENTIALS, forcePathStyle: true });
  try {
    const versions = await readHistory({ shard: 0, controlBucket }, s3, MOST);
    return versions.filter((a) => a.epoch >= epoch).sort((a, b) => a.epoch - b.epoch);
  } finally {
    s3.destroy();
  }
}

export const inWords = ({ epoch, by, reason }: Assignment): string => `epoch ${epoch}, by ${by}: ${reason}`;
