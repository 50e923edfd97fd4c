import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { LOCAL_CREDENTIALS } from '../../run/deploy/read-back';
import { BLOCK_META_FILE, type BucketBlock } from './blocks';
import { blocksBucketOf } from '../thanos';
import type { TestBed } from '../test-bed';

/** Every block in the bucket that is whole: its meta.json is written last. */
export async function listBucketBlocks(world: TestBed): Promise<BucketBlock[]> {
  const { endpoint, region } = world.state;
  const client = new S3Client({ endpoint, region, credentials: LOCAL_CREDENTIALS, forcePathStyle: true });
  const Bucket = blocksBucketOf(world);
  const keys = new Set<string>();
  for await (const page of paginateListObjectsV2({ client }, { Bucket })) {
    for (const object of page.Contents ?? []) keys.add(object.Key!);
  }
  const metas = [...keys].filter((key) => /^[0-9A-Z]{26}\/meta\.json$/.test(key));
  const blocks = await Promise.all(
    metas.map(async (Key): Promise<BucketBlock | null> => {
      try {
        const object = await client.send(new GetObjectCommand({ Bucket, Key }));
        const meta = BLOCK_META_FILE.parse(await object.Body!.transformToString(), Key);
        return { ...meta, marked: keys.has(`${meta.ulid}/deletion-mark.json`) };
      } catch (error) {
        if ((error as Error).name === 'NoSuchKey') return null; // deleted since it was listed
        throw error;
      }
    }),
  );
  return blocks.filter((block) => block !== null);
}
