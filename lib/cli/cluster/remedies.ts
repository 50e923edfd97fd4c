import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { s3RemedyStore } from '../../shell/assignment/remedy-store';
import type { RemedyRecord } from '../../contract/documents/remedy';
import { KEYS } from '../../contract/keys';
import type { ClusterHandle } from './cluster';
import { ifUsable } from './if-usable';

/**
 * Every remedy that was ever tried, by name in order. `says` hears of each record that cannot be used. @throws when the
 * control bucket cannot be read
 */
export async function readRemedies(
  { controlBucket, shard }: ClusterHandle,
  s3: S3Client,
  timeoutMs: number,
  says: (line: string) => void,
): Promise<readonly RemedyRecord[]> {
  const store = s3RemedyStore(s3, controlBucket, shard, timeoutMs);
  const prefix = KEYS.remedy(shard, '').replace(/\.json$/, '');
  const listed = await s3.send(new ListObjectsV2Command({ Bucket: controlBucket, Prefix: prefix }));
  const names = (listed.Contents ?? []).map((o) => o.Key!.slice(prefix.length).replace(/\.json$/, '')).sort();
  const found = await Promise.all(
    names.map((name) => ifUsable(store.read(name), (line) => says(`remedy ${name}: ${line}`))),
  );
  return found.flatMap((read) => (read === null ? [] : [read.record]));
}
