import { RemovalPolicy, Size, Tags } from 'aws-cdk-lib';
import { CfnVolume, EbsDeviceVolumeType, Volume } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { Cluster } from '../../config/cluster';
import { TAGS } from '../../../contract/tags';
import { acknowledge } from '../acknowledge';
import { STATEFUL_IDS } from '../../../contract/stateful-ids';

/** The data volume of each node of the shard, with a pinned logical id: a changed one would make an empty twin. */
export function dataVolumes(scope: Construct, cluster: Cluster): void {
  for (const { name, zone } of cluster.nodes) {
    const volume = new Volume(scope, `DataVolume-${cluster.shard}-${name}`, {
      availabilityZone: zone,
      size: Size.gibibytes(cluster.volume.sizeGiB),
      volumeType: EbsDeviceVolumeType.GP3,
      encrypted: true,
      // Also of a create that fails, RETAIN would keep an empty volume, the twin of what the next try makes.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    acknowledge(
      volume,
      'CloudFormation-Validate::W3010',
      'A volume cannot leave its zone, so the zone is a decision of config/cluster.ts and never looked up.',
    );
    Tags.of(volume).add(TAGS.node, name);
    Tags.of(volume).add(TAGS.generation, '1');
    Tags.of(volume).add('Name', `${cluster.name}-${name}-data`);
    (volume.node.findChild('Resource') as CfnVolume).overrideLogicalId(STATEFUL_IDS.dataVolume(cluster.shard, name));
  }
}
