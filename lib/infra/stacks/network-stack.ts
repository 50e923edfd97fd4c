import { CfnOutput, Duration, Fn, Stack } from 'aws-cdk-lib';
import type { IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import {
  DnsRecordType,
  PrivateDnsNamespace,
  type CfnPrivateDnsNamespace,
  type IService,
} from 'aws-cdk-lib/aws-servicediscovery';
import type { Construct } from 'constructs';
import type { ConfigBundle } from '../../contract/documents/config';
import type { Cluster } from '../config/cluster';
import { neededServices } from '../config/reach/needed-services';
import { importNetwork } from '../constructs/network/imported-network';
import type { ClusterNetwork } from '../constructs/network/cluster-network';
import { createNetwork } from '../constructs/network/new-network';
import { Traffic } from '../constructs/network/traffic';
import { DISCOVERY } from '../../contract/discovery';
import { sidecarName, sidecarNames } from '../../core/thanos/sidecar-names';
import { stackProps, tagShard } from './scope';

/** How long an answer is kept, also that there is none. */
const NAMES_TTL = Duration.seconds(10);

/** A new VPC, or what an imported one lacks: the way to S3 that failover goes by. And the names in it. */
export class NetworkStack extends Stack implements ClusterNetwork {
  readonly vpc: IVpc;
  readonly subnets: SubnetSelection;
  readonly traffic: Traffic;
  /** Names of nodes and tasks, in the VPC's DNS. */
  readonly namespace: PrivateDnsNamespace;
  private readonly sidecars: ReadonlyMap<string, IService>;

  constructor(scope: Construct, id: string, cluster: Cluster, bundle: ConfigBundle) {
    super(scope, id, stackProps(cluster, 'network'));
    tagShard(this, cluster);
    const { network, zones } = cluster;
    const made =
      network.kind === 'new'
        ? createNetwork(this, network, zones, neededServices(cluster, bundle).endpoints)
        : importNetwork(this, network, zones);
    this.vpc = made.vpc;
    this.subnets = made.subnets;
    this.traffic = new Traffic(this, 'Traffic', this.vpc, cluster);
    // Exported whether or not anybody imports it, so that the last remedy can go: this stack is deployed before that one.
    this.exportValue(this.traffic.remedies.securityGroupId);
    this.connections(cluster);
    this.namespace = new PrivateDnsNamespace(this, 'Names', {
      name: DISCOVERY.namespace(cluster.name),
      vpc: this.vpc,
      description: 'Thanos components',
    });
    // Otherwise a name that was asked for while nobody was there stays unknown to the VPC for five minutes.
    (this.namespace.node.defaultChild as CfnPrivateDnsNamespace).properties = {
      dnsProperties: { soa: { ttl: NAMES_TTL.toSeconds() } },
    };
    this.sidecars = new Map(sidecarNames(cluster).map((name) => [name, this.sidecarService(name)]));
  }

  /** What whoever connects the VPC has to know, and lets in. */
  private connections({ network }: Cluster): void {
    const tables = this.vpc.selectSubnets(this.subnets).subnets.map(({ routeTable }) => routeTable.routeTableId);
    for (const [id, value, description] of [
      ['VpcId', this.vpc.vpcId, 'Peer it, or attach it to a transit gateway'],
      ['VpcRange', network.cidr, 'Route it back from where targets and clients are'],
      ['RouteTableIds', Fn.join(',', tables), 'Routes to targets and clients go into each'],
      ['NodesGroupId', this.traffic.nodes.securityGroupId, 'Targets and receivers let it in'],
      ['RemediesGroupId', this.traffic.remedies.securityGroupId, 'Targets with a remedy let it in'],
    ] as const) {
      new CfnOutput(this, id, { value, description });
    }
  }

  /** Where the nodes of a shard register themselves, so that no deploy is needed for a new address. */
  sidecarsOf({ shard, replicas }: Cluster): IService {
    return this.sidecars.get(sidecarName(shard, replicas))!;
  }

  private sidecarService(name: string): IService {
    // The first has the id that it had when there was no other.
    return this.namespace.createService(`Sidecars${name.slice(DISCOVERY.sidecar.length)}`, {
      name,
      description: 'Thanos sidecars: one address per node, registered by its agent',
      dnsRecordType: DnsRecordType.A,
      dnsTtl: NAMES_TTL,
      customHealthCheck: { failureThreshold: 1 },
    });
  }
}
