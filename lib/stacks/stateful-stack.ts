import { Duration, RemovalPolicy, Size, Stack, Tags, type CfnResource } from 'aws-cdk-lib';
import { CfnVolume, EbsDeviceVolumeType, Volume } from 'aws-cdk-lib/aws-ec2';
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { Cluster } from '../config/cluster';
import { acknowledge } from '../constructs/acknowledge';
import { blocksBucket } from '../constructs/blocks-bucket';
import { KEYS, TAGS } from '../core/names';
import { pascal, stackProps, tagShard } from './scope';

/**
 * What must survive everything else: the control bucket, the data volumes and the bucket for blocks. Their logical ids are pinned, since a
 * changed one would make CloudFormation create an empty twin.
 */
export class StatefulStack extends Stack {
  readonly controlBucket: Bucket;
  readonly blocksBucket: Bucket;

  constructor(scope: Construct, id: string, cluster: Cluster) {
    super(scope, id, {
      ...stackProps(cluster, 'stateful', 'Prometheus data volumes, control bucket, blocks. Retained when deleted.'),
      terminationProtection: true,
    });
    tagShard(this, cluster);
    this.controlBucket = this.createControlBucket(cluster.shard);
    this.blocksBucket = blocksBucket(this, 'BlocksBucket');
    pin(this.blocksBucket.node.defaultChild as CfnBucket, 'BlocksBucket');
    for (const { name, zone } of cluster.nodes) {
      const volume = new Volume(this, `DataVolume-${cluster.shard}-${name}`, {
        availabilityZone: zone,
        size: Size.gibibytes(cluster.volume.sizeGiB),
        volumeType: EbsDeviceVolumeType.GP3,
        encrypted: true,
        removalPolicy: RemovalPolicy.RETAIN,
      });
      acknowledge(
        volume,
        'CloudFormation-Validate::W3010',
        'A volume cannot leave its zone, so the zone is a decision of config/cluster.ts and never looked up.',
      );
      Tags.of(volume).add(TAGS.node, name);
      Tags.of(volume).add(TAGS.generation, '1');
      Tags.of(volume).add('Name', `${cluster.name}-${name}-data`);
      pin(volume.node.findChild('Resource') as CfnVolume, `DataVolumeShard${cluster.shard}${pascal(name)}`);
    }
  }

  private createControlBucket(shard: number): Bucket {
    const bucket = new Bucket(this, 'ControlBucket', {
      versioned: true,
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        // Rewritten every few seconds: their history is worth a day. That of assignments is the audit trail and stays.
        ...[KEYS.heartbeat(shard), KEYS.announcement(shard, '').replace('.json', '')].map((prefix) => ({
          prefix,
          noncurrentVersionExpiration: Duration.days(1),
        })),
        { abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
    });
    pin(bucket.node.defaultChild as CfnBucket, 'ControlBucket');
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
