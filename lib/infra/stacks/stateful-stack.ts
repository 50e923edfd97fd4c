import { CfnOutput, Duration, RemovalPolicy, Stack, type CfnResource } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { Cluster } from '../config/cluster';
import { acknowledge } from '../constructs/acknowledge';
import { blocksBucket } from '../constructs/thanos/blocks-bucket';
import { dataVolumes } from '../constructs/nodes/data-volumes';
import { ANNOUNCEMENTS, HEARTBEATS } from '../../contract/keys';
import { OUTPUTS } from '../../contract/outputs';
import { STATEFUL_IDS } from '../../contract/stateful-ids';
import { stackProps, tagShard } from './scope';

/**
 * What must survive everything else: the control bucket, the bucket for blocks and the data volumes of shard 0. Their
 * logical ids are pinned, since a changed one would make CloudFormation create an empty twin.
 */
export class StatefulStack extends Stack {
  readonly controlBucket: Bucket;
  readonly blocksBucket: Bucket;

  constructor(scope: Construct, id: string, cluster: Cluster) {
    super(scope, id, {
      ...stackProps(cluster, 'stateful', ', control bucket, blocks. Retained when deleted.'),
      terminationProtection: true,
    });
    tagShard(this, cluster);
    this.controlBucket = this.createControlBucket();
    new CfnOutput(this, OUTPUTS.controlBucket, {
      value: this.controlBucket.bucketName,
      description: 'Who alerts, and what nodes announce: promha reads it',
    });
    this.blocksBucket = blocksBucket(this, 'BlocksBucket');
    pin(this.blocksBucket.node.defaultChild as CfnBucket, STATEFUL_IDS.blocksBucket);
    pin(this.blocksBucket.policy!.node.defaultChild as CfnResource, STATEFUL_IDS.blocksBucketPolicy);
    dataVolumes(this, cluster);
  }

  private createControlBucket(): Bucket {
    const bucket = new Bucket(this, 'ControlBucket', {
      versioned: true,
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      // Of a create that fails nothing stays: an empty bucket would be taken for one with a history.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      lifecycleRules: [
        // Rewritten every few seconds: their history is worth a day. That of assignments is the audit trail and stays.
        ...[HEARTBEATS, ANNOUNCEMENTS].map((prefix) => ({
          prefix,
          noncurrentVersionExpiration: Duration.days(1),
        })),
        { abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
    });
    pin(bucket.node.defaultChild as CfnBucket, STATEFUL_IDS.controlBucket);
    acknowledge(
      bucket,
      'AwsSolutions-S1',
      'Versions of the assignment are the audit trail; an access log would mostly list one read per node and second.',
    );
    return bucket;
  }
}

function pin(resource: CfnResource, logicalId: string): void {
  resource.overrideLogicalId(logicalId);
}
