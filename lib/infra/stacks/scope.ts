import { Tags, type Stack, type StackProps } from 'aws-cdk-lib';
import type { Cluster } from '../config/cluster';
import { STACKS, type StackPart } from '../../contract/stacks';
import { shardSuffix } from '../../contract/functions';
import { TAGS } from '../../contract/tags';

/** What every stack of a cluster has in common. */
export function stackProps(cluster: Cluster, part: StackPart, more = ''): StackProps {
  return {
    stackName: `${cluster.name}-${part}${shardSuffix(cluster.shard)}`,
    description: `${STACKS[part]}${more}`,
    env: { account: cluster.account, region: cluster.region },
    // Exports and imports stay inside one region.
    crossRegionReferences: false,
  };
}

/** Says which cluster and shard everything in the stack belongs to, and what cfn-lint may leave out here. */
export function tagShard(stack: Stack, cluster: Cluster): void {
  // CloudFormation's schema knows no tags of these.
  const excludeResourceTypes = ['AWS::ElasticLoadBalancingV2::Listener', 'AWS::ApplicationAutoScaling::ScalableTarget'];
  Tags.of(stack).add(TAGS.cluster, cluster.name, { excludeResourceTypes });
  Tags.of(stack).add(TAGS.shard, String(cluster.shard), { excludeResourceTypes });
  for (const [key, value] of Object.entries(cluster.tags ?? {})) {
    // Machines have them of their group: in the launch template they would replace every one.
    const ofMachines = [...excludeResourceTypes, 'AWS::EC2::LaunchTemplate'];
    Tags.of(stack).add(key, value, { excludeResourceTypes: ofMachines });
  }
  stack.templateOptions.metadata = {
    'cfn-lint': {
      config: {
        ignore_checks: [
          // Zones are written down on purpose: a volume cannot leave its own.
          'W3010',
          // The CDK adds dependencies on roles that a GetAtt implies already: harmless.
          'W3005',
        ],
      },
    },
  };
}
