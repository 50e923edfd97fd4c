import { Duration, Tags } from 'aws-cdk-lib';
import {
  AutoScalingGroup,
  HealthChecks,
  OnDemandAllocationStrategy,
  ScalingProcess,
  Signals,
  UpdatePolicy,
  type AutoScalingGroupProps,
  type CfnAutoScalingGroup,
} from 'aws-cdk-lib/aws-autoscaling';
import {
  BlockDeviceVolume,
  EbsDeviceVolumeType,
  InstanceType,
  LaunchTemplate,
  LaunchTemplateHttpTokens,
  MachineImage,
  UserData,
  type IMachineImage,
  type ISecurityGroup,
  type ISubnet,
  type IVpc,
} from 'aws-cdk-lib/aws-ec2';
import type { INetworkTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { catchUpMinutes } from '../../config/catch-up';
import type { Cluster, ClusterNode } from '../../config/cluster';
import { TAGS } from '../../../contract/tags';
import { acknowledge } from '../acknowledge';

export interface NodeGroupProps {
  readonly cluster: Cluster;
  readonly node: ClusterNode;
  readonly vpc: IVpc;
  /** In the node's zone, where its volume is. */
  readonly subnets: ISubnet[];
  readonly securityGroup: ISecurityGroup;
  readonly role: IRole;
  readonly userData: string;
  readonly logicalId: string;
  readonly targetGroup: INetworkTargetGroup | null;
}

/** A parameter is resolved when a machine starts, by EC2: what Amazon publishes replaces nothing, and a deploy neither. */
function machineImage({ image, region }: Cluster): IMachineImage {
  return image.id === null
    ? MachineImage.resolveSsmParameterAtLaunch(image.parameter)
    : MachineImage.genericLinux({ [region]: image.id });
}

/** The type that is wanted first; the others in their order, while AWS has none of it. */
function machines({ instance }: Cluster, launchTemplate: LaunchTemplate): Partial<AutoScalingGroupProps> {
  const { type, fallbackTypes = [] } = instance;
  if (fallbackTypes.length === 0) return { launchTemplate };
  return {
    mixedInstancesPolicy: {
      launchTemplate,
      launchTemplateOverrides: [type, ...fallbackTypes].map((one) => ({ instanceType: new InstanceType(one) })),
      instancesDistribution: {
        onDemandPercentageAboveBaseCapacity: 100,
        onDemandAllocationStrategy: OnDemandAllocationStrategy.PRIORITIZED,
      },
    },
  };
}

/** An Auto Scaling group of one: EC2 replaces the machine, the data volume waits for the next one. */
export class NodeGroup extends Construct {
  readonly group: AutoScalingGroup;

  constructor(scope: Construct, id: string, props: NodeGroupProps) {
    super(scope, id);
    const { cluster, node } = props;
    const readyWithin = Duration.minutes(catchUpMinutes(cluster).minutes);
    const launchTemplate = new LaunchTemplate(this, 'Template', {
      machineImage: machineImage(cluster),
      instanceType: new InstanceType(cluster.instance.type),
      role: props.role,
      securityGroup: props.securityGroup,
      userData: UserData.custom(props.userData),
      requireImdsv2: true,
      httpTokens: LaunchTemplateHttpTokens.REQUIRED,
      httpPutResponseHopLimit: 1,
      detailedMonitoring: true,
      blockDevices: [
        {
          deviceName: '/dev/xvda',
          volume: BlockDeviceVolume.ebs(16, {
            encrypted: true,
            volumeType: EbsDeviceVolumeType.GP3,
            // Or each replaced machine would leave one that nobody sees, and that bills.
            deleteOnTermination: true,
          }),
        },
      ],
    });
    this.group = new AutoScalingGroup(this, 'Group', {
      vpc: props.vpc,
      vpcSubnets: { subnets: props.subnets },
      ...machines(cluster, launchTemplate),
      minCapacity: 1,
      maxCapacity: 1,
      // Not the load balancer's: a node that replays its WAL is not ready for minutes and must not be killed for it.
      healthChecks: HealthChecks.ec2({ gracePeriod: Duration.minutes(5) }),
      signals: Signals.waitForAll({ timeout: readyWithin }),
      updatePolicy: UpdatePolicy.rollingUpdate({
        // The volume can be held by one instance only: the old one goes first.
        minInstancesInService: 0,
        maxBatchSize: 1,
        waitOnResourceSignals: true,
        pauseTime: readyWithin,
        suspendProcesses: [
          ScalingProcess.HEALTH_CHECK,
          ScalingProcess.REPLACE_UNHEALTHY,
          ScalingProcess.AZ_REBALANCE,
          ScalingProcess.ALARM_NOTIFICATION,
          ScalingProcess.SCHEDULED_ACTIONS,
        ],
      }),
    });
    (this.group.node.defaultChild as CfnAutoScalingGroup).overrideLogicalId(props.logicalId);
    if (props.targetGroup !== null) this.group.attachToNetworkTargetGroup(props.targetGroup);
    Tags.of(this.group).add(TAGS.node, node.name);
    Tags.of(this.group).add('Name', `${cluster.name}-${node.name}`);
    if (cluster.instance.fallbackTypes !== undefined) {
      // The rule looks for the launch template where a group with several types has none, and fails.
      acknowledge(this.group, 'AwsSolutions-EC26', 'The launch template encrypts the root volume; a test looks at it.');
    }
    acknowledge(
      this.group,
      'AwsSolutions-AS3',
      'A lost node is alarmed on by its health, not by scaling activities of a group whose size never changes.',
    );
  }
}
