import { Duration, Stack } from 'aws-cdk-lib';
import { NetworkLoadBalancer, NetworkTargetGroup, Protocol, TargetType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import type { Cluster } from '../config/cluster';
import { acknowledge } from '../constructs/acknowledge';
import { PORTS } from '../core/names';
import type { NetworkStack } from './network-stack';
import { stackProps, tagShard } from './scope';

/** Where clients query: an internal load balancer in front of the nodes. */
export class QueryStack extends Stack {
  readonly targetGroup: NetworkTargetGroup;

  constructor(scope: Construct, id: string, cluster: Cluster, network: NetworkStack) {
    super(scope, id, stackProps(cluster, 'query', 'Load balancer for queries'));
    tagShard(this, cluster);
    const { vpc, subnets, traffic } = network;
    const balancer = new NetworkLoadBalancer(this, 'LoadBalancer', {
      vpc,
      vpcSubnets: subnets,
      internetFacing: false,
      crossZoneEnabled: true,
      securityGroups: [traffic.loadBalancer],
    });
    this.targetGroup = new NetworkTargetGroup(this, 'Prometheus', {
      vpc,
      protocol: Protocol.TCP,
      port: PORTS.prometheus,
      targetType: TargetType.INSTANCE,
      deregistrationDelay: Duration.seconds(30),
      // As fast as an NLB can: two misses, 5 s apart. On readiness, since /-/healthy answers while the WAL replays.
      healthCheck: {
        protocol: Protocol.HTTP,
        path: '/-/ready',
        interval: Duration.seconds(5),
        timeout: Duration.seconds(4),
        healthyThresholdCount: 2,
        unhealthyThresholdCount: 2,
      },
    });
    // A dashboard asks many questions at once; the replicas' samples differ by a fraction of a second.
    this.targetGroup.setAttribute('stickiness.enabled', 'true');
    this.targetGroup.setAttribute('stickiness.type', 'source_ip');
    balancer.addListener('Queries', {
      port: PORTS.prometheus,
      protocol: Protocol.TCP,
      defaultTargetGroups: [this.targetGroup],
    });
    acknowledge(balancer, 'AwsSolutions-ELB2', 'A network load balancer logs TLS listeners only; this one has none.');
  }
}
