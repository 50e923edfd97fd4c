import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { bucketComplaint } from '../../lib/core/uploads';

const TIMEOUT_MS = 5_000;

/** null when the bucket for blocks answers this node, else what is wrong. The sidecar would say so in its log only. */
export async function checkBucket(s3: S3Client, bucket: string): Promise<string | null> {
  try {
    await s3.send(new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 }), {
      abortSignal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return null;
  } catch (error) {
    const { name, message } = error as Error;
    return bucketComplaint(bucket, name, message);
  }
}
