import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { Construct, IConstruct } from 'constructs';
import { acknowledge, acknowledgeWildcards } from '../acknowledge';
import { exportedName } from '../exported-name';

/**
 * Where blocks are kept. Its lifecycle never touches a live block: what is too old the compactor deletes, which knows
 * resolutions and replacements; here only the versions end that a delete left behind. Nobody can delete the bucket
 * without changing its policy first.
 */
export function blocksBucket(scope: Construct, id: string): Bucket {
  const bucket = new Bucket(scope, id, {
    // A block that was deleted by mistake can be brought back for a week.
    versioned: true,
    encryption: BucketEncryption.S3_MANAGED,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    lifecycleRules: [
      { id: 'deleted-versions', noncurrentVersionExpiration: Duration.days(7), expiredObjectDeleteMarker: true },
      { id: 'unfinished-uploads', abortIncompleteMultipartUploadAfter: Duration.days(2) },
    ],
  });
  bucket.addToResourcePolicy(
    new PolicyStatement({
      sid: 'NobodyDeletesTheBucket',
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['s3:DeleteBucket'],
      resources: [bucket.bucketArn],
    }),
  );
  // Or the bucket that stays when its stack goes would stay without what protects it.
  bucket.policy!.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
  acknowledge(
    bucket,
    'AwsSolutions-S1',
    'Blocks are written and read by our own roles only; an access log would be larger than what it protects.',
  );
  return bucket;
}

/** Accepts that a role names all objects of the bucket. */
export function acknowledgeBlocks(role: IConstruct, blocksBucketArn: string): void {
  acknowledgeWildcards(role, 'Objects are named by blocks that do not exist yet.', [
    `${exportedName(blocksBucketArn)}/*`,
  ]);
}
