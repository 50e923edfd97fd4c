import { Peer, Port, SecurityGroup, type IVpc } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { Cluster } from '../../config/cluster';
import type { Remedy } from '../../config/schema/remedies';
import { BALANCER_PORTS, PORTS } from '../../../contract/ports';
import { nodeTarget } from './node-target';

/** Who may talk to whom. All groups in one place, so that no stack needs another one's for a rule. */
export class Traffic extends Construct {
  readonly nodes: SecurityGroup;
  readonly functions: SecurityGroup;
  readonly loadBalancer: SecurityGroup;
  /** Thanos' tasks. */
  readonly thanos: SecurityGroup;
  /**
   * Of the function that reconnects to targets: it gets no further than their ports. There without remedies too: while the
   * control stack still has the function, CloudFormation does not let this stack give up a group that the other imports.
   */
  readonly remedies: SecurityGroup;
  /** Of the function by which operators silence: no other one of ours reaches an Alertmanager. */
  readonly silence: SecurityGroup;

  constructor(scope: Construct, id: string, vpc: IVpc, cluster: Cluster) {
    super(scope, id);
    // Nodes scrape targets and notify receivers that only the user knows: any destination.
    this.nodes = new SecurityGroup(this, 'Nodes', { vpc, description: 'Prometheus nodes', allowAllOutbound: true });
    this.functions = new SecurityGroup(this, 'Functions', {
      vpc,
      description: 'Functions of the control plane',
      allowAllOutbound: false,
    });
    this.loadBalancer = new SecurityGroup(this, 'LoadBalancer', {
      vpc,
      description: 'Load balancer for queries',
      allowAllOutbound: false,
    });

    this.thanos = new SecurityGroup(this, 'Thanos', { vpc, description: 'Thanos tasks', allowAllOutbound: false });

    const { nodes, functions, loadBalancer, thanos } = this;
    const prometheus = Port.tcp(PORTS.prometheus);
    for (const range of cluster.clients) {
      loadBalancer.addIngressRule(Peer.ipv4(range), Port.tcp(BALANCER_PORTS.queries), 'Queries');
      loadBalancer.addIngressRule(Peer.ipv4(range), Port.tcp(BALANCER_PORTS.direct), 'Queries to the nodes');
    }
    for (const [port, what] of readPath(cluster)) {
      loadBalancer.addEgressRule(nodes, Port.tcp(port), what);
      nodes.addIngressRule(loadBalancer, Port.tcp(port), what);
    }

    functions.addEgressRule(nodes, prometheus, 'Probes of Prometheus');
    functions.addEgressRule(nodes, Port.tcp(PORTS.agent), 'Probes of the agent');
    functions.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'S3, by the gateway endpoint');
    nodes.addIngressRule(functions, prometheus, 'Probes of Prometheus');
    nodes.addIngressRule(functions, Port.tcp(PORTS.agent), 'Probes of the agent');

    const queries = Port.tcp(BALANCER_PORTS.queries);
    functions.addEgressRule(loadBalancer, queries, 'Queries, as a client sees them: promha smoke');
    loadBalancer.addIngressRule(functions, queries, 'Queries of promha smoke');

    this.remedies = this.remedyGroup(vpc, cluster);
    this.silence = new SecurityGroup(this, 'Silence', {
      vpc,
      description: 'The function that silences alerts',
      allowAllOutbound: false,
    });
    this.silence.addEgressRule(nodes, Port.tcp(PORTS.alertmanager), 'Silences');
    nodes.addIngressRule(this.silence, Port.tcp(PORTS.alertmanager), 'Silences');

    nodes.addIngressRule(nodes, prometheus, 'Peers probe each other, and fetch what they missed');
    nodes.addIngressRule(nodes, Port.tcp(PORTS.agent), 'Peers probe each other');
    nodes.addIngressRule(nodes, Port.tcp(PORTS.alertmanager), 'The open gate sends to every Alertmanager');
    nodes.addIngressRule(nodes, Port.tcp(PORTS.alertmanagerCluster), 'Gossip of Alertmanager');
    nodes.addIngressRule(nodes, Port.udp(PORTS.alertmanagerCluster), 'Gossip of Alertmanager');

    const [grpc, http] = [Port.tcp(PORTS.thanosGrpc), Port.tcp(PORTS.thanosHttp)];
    loadBalancer.addEgressRule(thanos, http, 'Queries and health checks');
    thanos.addIngressRule(loadBalancer, http, 'Queries and health checks');
    functions.addEgressRule(thanos, http, 'Probes of Thanos query');
    thanos.addIngressRule(functions, http, 'Probes of Thanos query');
    thanos.addEgressRule(nodes, grpc, 'Queries to the sidecars');
    nodes.addIngressRule(thanos, grpc, 'Queries to the sidecars');
    nodes.addIngressRule(nodes, grpc, "Queries of the nodes' own Thanos to the sidecars");
    thanos.addEgressRule(thanos, grpc, 'Queries to the store gateway');
    thanos.addIngressRule(thanos, grpc, 'Queries to the store gateway');
    thanos.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'S3, the image and the logs');
    thanos.addIngressRule(nodes, http, 'Scrapes of Thanos');
    nodes.addIngressRule(nodes, http, 'Scrapes of the sidecars');
  }

  private remedyGroup(vpc: IVpc, { remedies }: Cluster): SecurityGroup {
    const group = new SecurityGroup(this, 'Remedies', {
      vpc,
      description: 'The function that reconnects to targets',
      allowAllOutbound: false,
    });
    group.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'S3, by the gateway endpoint');
    for (const [port, names] of portsOf(remedies)) {
      // Where a target is, only its name says, and names are looked up when they are needed.
      if (port !== 443) group.addEgressRule(Peer.anyIpv4(), Port.tcp(port), `Remedies: ${names.join(' ')}`);
    }
    return group;
  }
}

/** What clients reach of a node through the load balancer, and where that asks how the node is. */
function readPath({ thanos }: Cluster): (readonly [port: number, what: string])[] {
  const { port, healthPort } = nodeTarget(thanos);
  return port === healthPort
    ? [[port, 'Queries and health checks']]
    : [
        [port, 'Queries'],
        [healthPort, 'Health checks'],
      ];
}

/** Names of the remedies by port. */
function portsOf(remedies: readonly Remedy[]): Map<number, string[]> {
  const ports = new Map<number, string[]>();
  for (const { name, connect } of remedies) {
    const port = connect.kind === 'http' ? portOf(new URL(connect.url)) : connect.port;
    ports.set(port, [...(ports.get(port) ?? []), name]);
  }
  return ports;
}

function portOf({ port, protocol }: URL): number {
  return port === '' ? { 'http:': 80, 'https:': 443 }[protocol]! : Number(port);
}
