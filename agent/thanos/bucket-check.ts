import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { bucketComplaint, clockComplaint } from '../../lib/core/thanos/uploads';

const TIMEOUT_MS = 5_000;

/**
 * null when the bucket for blocks answers this node and their clocks agree, else what is wrong. The sidecar would say so
 * in its log only.
 */
export async function checkBucket(s3: S3Client, bucket: string): Promise<string | null> {
  const list = new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 });
  let serverAt = Number.NaN;
  list.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      serverAt = Date.parse((result.response as { headers?: Record<string, string> }).headers?.date ?? '');
      return result;
    },
    { step: 'deserialize', name: 'readsDate' },
  );
  const sentAt = Date.now();
  try {
    await s3.send(list, { abortSignal: AbortSignal.timeout(TIMEOUT_MS) });
    return clockComplaint({ sentAt, answeredAt: Date.now(), serverAt });
  } catch (error) {
    const { name, message } = error as Error;
    return bucketComplaint(bucket, name, message);
  }
}
