import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import {
  ListenerCertificate,
  NetworkListenerAction,
  NetworkLoadBalancer,
  NetworkTargetGroup,
  Protocol,
  SslPolicy,
  TargetType,
  type NetworkListener,
  type NetworkListenerProps,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { CfnRecordSet } from 'aws-cdk-lib/aws-route53';
import type { Construct } from 'constructs';
import type { Cluster } from '../config/cluster';
import { acknowledge } from '../constructs/acknowledge';
import { nodeTarget, type NodeTarget } from '../constructs/network/node-target';
import { BALANCER_PORTS, PORTS } from '../../contract/ports';
import { queryUrlOf } from '../config/query-url';
import type { NetworkStack } from './network-stack';
import { stackProps, tagShard } from './scope';

const QUERY_TASK: NodeTarget = { port: PORTS.thanosHttp, healthPort: PORTS.thanosHttp, healthPath: '/-/ready' };

/** Where clients query: an internal load balancer in front of Thanos query and of that of the nodes. It leads to nothing that writes. */
export class QueryStack extends Stack {
  readonly nodes: NetworkTargetGroup;
  /** null: the cluster has no Thanos, and queries go to the nodes. */
  readonly thanos: NetworkTargetGroup | null;
  /** Its default action is where queries go; route-queries changes the weights in it, and takes no group off it. */
  readonly queries: NetworkListener;

  constructor(scope: Construct, id: string, cluster: Cluster, network: NetworkStack) {
    super(scope, id, stackProps(cluster, 'query'));
    tagShard(this, cluster);
    const { vpc, subnets, traffic } = network;
    const balancer = new NetworkLoadBalancer(this, 'LoadBalancer', {
      vpc,
      vpcSubnets: subnets,
      internetFacing: false,
      crossZoneEnabled: true,
      securityGroups: [traffic.loadBalancer],
    });
    this.nodes = this.targets('Nodes', network, TargetType.INSTANCE, nodeTarget(cluster.thanos));
    keepForUpgrade(this, network);
    this.thanos = cluster.thanos === null ? null : this.targets('Thanos', network, TargetType.IP, QUERY_TASK);
    const spoken = spokenBy(cluster);
    this.queries = balancer.addListener('Queries', {
      port: BALANCER_PORTS.queries,
      ...spoken,
      defaultAction: this.ways(),
    });
    balancer.addListener('Direct', {
      port: BALANCER_PORTS.direct,
      ...spoken,
      defaultTargetGroups: [this.nodes],
    });
    const url = queryUrlOf(cluster, this.host(cluster, balancer));
    this.url('QueriesUrl', url(BALANCER_PORTS.queries), 'Thanos query, and that of the nodes while it is down');
    this.url('DirectUrl', url(BALANCER_PORTS.direct), 'Thanos query of the nodes, always: no history');
    acknowledge(balancer, 'AwsSolutions-ELB2', 'A network load balancer logs handshakes of TLS only, and no query.');
  }

  /**
   * Both groups hang on the listener for good (docs/decisions/0028): ECS refuses a service whose group has no load
   * balancer, and targets of such a group are never looked at.
   */
  private ways(): NetworkListenerAction {
    const { thanos, nodes } = this;
    if (thanos === null) return NetworkListenerAction.forward([nodes]);
    return NetworkListenerAction.weightedForward([
      { targetGroup: thanos, weight: 1 },
      { targetGroup: nodes, weight: 0 },
    ]);
  }

  /** The user's name for the load balancer, where there is one. */
  private host({ queryName }: Cluster, balancer: NetworkLoadBalancer): string {
    if (queryName === undefined) return balancer.loadBalancerDnsName;
    const { name, hostedZoneId } = queryName;
    new CfnRecordSet(this, 'QueryName', {
      name: `${name}.`,
      type: 'A',
      hostedZoneId,
      aliasTarget: {
        dnsName: balancer.loadBalancerDnsName,
        hostedZoneId: balancer.loadBalancerCanonicalHostedZoneId,
      },
    });
    return name;
  }

  private url(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description });
  }

  private targets(id: string, { vpc }: NetworkStack, targetType: TargetType, target: NodeTarget): NetworkTargetGroup {
    const { port, healthPort, healthPath } = target;
    return new NetworkTargetGroup(this, id, {
      vpc,
      protocol: Protocol.TCP,
      port,
      targetType,
      deregistrationDelay: Duration.seconds(30),
      // A client's address would be kept for instances: one that calls the load balancer and is sent to itself gets its own
      // packets back and times out. So the security group of the load balancer is who calls, and clients stand in its rules.
      preserveClientIp: false,
      // As fast as an NLB can: two misses, 5 s apart.
      healthCheck: {
        protocol: Protocol.HTTP,
        path: healthPath,
        ...(healthPort === port ? {} : { port: String(healthPort) }),
        interval: Duration.seconds(5),
        timeout: Duration.seconds(4),
        healthyThresholdCount: 2,
        unhealthyThresholdCount: 2,
      },
    });
  }
}

/** Of clients: TLS ends at the load balancer, where the user has a certificate. */
const spokenBy = ({ queryName }: Cluster): Pick<NetworkListenerProps, 'protocol' | 'certificates' | 'sslPolicy'> =>
  queryName?.certificate === undefined
    ? { protocol: Protocol.TCP }
    : {
        protocol: Protocol.TLS,
        certificates: [ListenerCertificate.fromArn(queryName.certificate)],
        sslPolicy: SslPolicy.TLS13_RES,
      };

/**
 * `-c upgradeFrom=0.1.0`: for one deploy the nodes' target group of that version stays beside ours, with its export. The
 * old `nodes` stack imports it, and CloudFormation updates `query` before `nodes`: it would refuse to take the export away.
 */
function keepForUpgrade(stack: Stack, { vpc }: NetworkStack): void {
  if (stack.node.tryGetContext('upgradeFrom') !== '0.1.0') return;
  const group = new NetworkTargetGroup(stack, 'Prometheus', {
    vpc,
    protocol: Protocol.TCP,
    port: PORTS.prometheus,
    targetType: TargetType.INSTANCE,
  });
  stack.exportValue(group.targetGroupArn);
}
