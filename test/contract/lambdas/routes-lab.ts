import { createServer } from 'node:http';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DeregisterTargetsCommand,
  DescribeListenersCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { CreateSubnetCommand, CreateVpcCommand, EC2Client } from '@aws-sdk/client-ec2';
import { AGENT_STATUS } from '../../../lib/contract/documents/agent-status';
import { DEFAULT_POLICY } from '../../../lib/contract/documents/policy';
import type { QueryRoutes } from '../../../lib/contract/documents/settings';
import { ENV } from '../../../lib/contract/environment';
import { PORTS } from '../../../lib/contract/ports';
import { promoted } from '../../../lib/core/failover/promoted';
import type { Route } from '../../../lib/core/thanos/routing';
import { routeOf } from '../../../lib/shell/aws/route-book';
import type { Weights } from '../../../local/run/balancer/late';
import type { FunctionRunner, Invocation } from '../../../local/run/functions/function';
import { anAgentStatus, anAnnouncement } from '../../fixtures/builders';
import { FunctionLab, REGION } from './function-lab';

export const OPERATOR = { source: 'operator' };
export const ALARM = { source: 'aws.cloudwatch', alarmData: { alarmName: 'x', state: { value: 'ALARM' } } };

export const POLICY = {
  ...DEFAULT_POLICY,
  // Shorter than deployed, long enough for a machine that is busy with other tests.
  probe: { ...DEFAULT_POLICY.probe, intervalMs: 1_000, timeoutMs: 900 },
  verifyTimeoutMs: 500,
  routing: { backAfterMs: 4_000, holdMs: 6_000 },
};
const answeringClients = (node: string) =>
  anAgentStatus(node, { nodeQuery: { pid: 7, restarts: 0, lastExit: null, problem: null } });
const ONE = JSON.stringify({ data: { result: [{ metric: {}, value: [0, '1'] }] } });

/** The bundled function in its own processes; S3 and the load balancer's API by the emulator; tasks and nodes by us. */
export class RoutesLab {
  readonly tasks: readonly [string, string];
  readonly nodes: Readonly<Record<'node-1' | 'node-2', string>>;
  /** Who answers, by address; who does not accepts and is silent, as a hung process is. */
  readonly isHealthy: Record<string, boolean> = {};
  /** Tasks that answer and ask no node. */
  blind: readonly string[] = [];
  /** Whether tasks find a store gateway. */
  history = true;
  functions!: FunctionLab;
  private elb!: ElasticLoadBalancingV2Client;
  private entry!: string;
  private routes!: QueryRoutes;

  /** @param network the first three bytes of its loopback addresses */
  constructor(network: string) {
    this.tasks = [`${network}.1`, `${network}.2`];
    this.nodes = { 'node-1': `${network}.11`, 'node-2': `${network}.12` };
  }

  get emulator(): FunctionLab['emulator']['process'] {
    return this.functions.emulator.process;
  }

  async start(): Promise<void> {
    this.functions = await FunctionLab.start();
    this.entry = this.functions.build('route-queries');
    this.elb = new ElasticLoadBalancingV2Client(this.functions.client);
    this.routes = await createRoutes(this.elb, new EC2Client(this.functions.client));
    for (const address of this.tasks)
      this.serve(address, PORTS.thanosHttp, (path) => (path === '/api/v1/stores' ? this.stores(address) : ONE));
    for (const [node, address] of Object.entries(this.nodes)) {
      this.serve(address, PORTS.agent, () => AGENT_STATUS.serialize(answeringClients(node)));
      await this.functions.store().writeAnnouncement(anAnnouncement(node, { address }));
    }
  }

  /** All are well, health-check too, and the listener points to Thanos, both groups on it. */
  async reset(): Promise<void> {
    await this.beat(-3_600);
    for (const address of [...this.tasks, ...Object.values(this.nodes)]) this.isHealthy[address] = true;
    this.blind = [];
    this.history = true;
    await this.register(this.tasks);
    await this.point({ [this.routes.thanosTargetGroupArn]: 1, [this.routes.nodesTargetGroupArn]: 0 });
    await this.pause(false);
  }

  /** As somebody does it by hand: only Thanos' group is left on the listener. */
  pointByHand(): Promise<void> {
    return this.point({ [this.routes.thanosTargetGroupArn]: 1 });
  }

  private async point(weights: Weights): Promise<void> {
    const TargetGroups = Object.entries(weights).map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight }));
    await this.elb.send(
      new ModifyListenerCommand({
        ListenerArn: this.routes.listenerArn,
        DefaultActions: [{ Type: 'forward', ForwardConfig: { TargetGroups } }],
      }),
    );
  }

  stop(): Promise<void> {
    return this.functions?.stop();
  }

  runner(lines: string[] = []): FunctionRunner {
    return this.functions.deploy({
      name: 'route-queries',
      entry: this.entry,
      policy: POLICY,
      // As deployed, or what looks until all is well would end before.
      timeoutMs: 90_000,
      environment: { [ENV.queryRoutes]: JSON.stringify(this.routes) },
      onLine: (line) => void lines.push(line),
    });
  }

  async call(event: unknown, times = 1): Promise<Invocation[]> {
    const runners = Array.from({ length: times }, () => this.runner());
    const results = await Promise.all(runners.map((f) => f.invoke(event)));
    await Promise.all(runners.map((f) => f.halt()));
    return results;
  }

  /** Where all goes; fails when a group is not on the listener any more. */
  async pointsTo(): Promise<Route> {
    const { listenerArn, thanosTargetGroupArn: thanos, nodesTargetGroupArn: nodes } = this.routes;
    const { Listeners } = await this.elb.send(new DescribeListenersCommand({ ListenerArns: [listenerArn] }));
    const { route, whole } = routeOf(Listeners![0], { thanos, nodes });
    expect(whole).toBe(true);
    return route;
  }

  async pause(paused: boolean): Promise<void> {
    const store = this.functions.store();
    const current = await store.readAssignment();
    const next = promoted(
      current?.assignment ?? null,
      { active: 'node-1', reason: 'test', by: 'operator', appliedEpoch: 0 },
      Date.now(),
      0,
    );
    const by = { by: 'operator', since: new Date().toISOString(), reason: 'test' };
    await store.writeAssignment({ ...next, paused: paused ? by : null }, current?.etag ?? null);
  }

  /** health-check's last heartbeat, so many seconds ago. */
  beat(agoS: number): Promise<void> {
    const at = new Date(Date.now() - agoS * 1_000).toISOString();
    return this.functions.store().writeHeartbeat({ version: 1, at, invocation: 'test' });
  }

  async register(tasks: readonly string[]): Promise<void> {
    await this.elb.send(new RegisterTargetsCommand(this.targets(tasks)));
  }

  async deregister(tasks: readonly string[]): Promise<void> {
    await this.elb.send(new DeregisterTargetsCommand(this.targets(tasks)));
  }

  private targets(tasks: readonly string[]) {
    return {
      TargetGroupArn: this.routes.thanosTargetGroupArn,
      Targets: tasks.map((Id) => ({ Id, Port: PORTS.thanosHttp })),
    };
  }

  private stores(address: string): string {
    const sidecar = { name: 'node-1:10901', lastError: this.blind.includes(address) ? 'no such host' : null };
    const gateways = this.history ? { store: [{ name: 'store:10901', lastError: null }] } : {};
    return JSON.stringify({ data: { ...gateways, sidecar: [sidecar] } });
  }

  private serve(address: string, port: number, body: (path: string) => string): void {
    const server = createServer((request, response) => {
      if (this.isHealthy[address]) response.end(body(request.url!));
    });
    this.functions.serve(server).listen(port, address);
  }
}

/** A listener that points to Thanos' group, and the nodes' group beside it. */
async function createRoutes(elb: ElasticLoadBalancingV2Client, ec2: EC2Client): Promise<QueryRoutes> {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  const { Subnet } = await ec2.send(
    new CreateSubnetCommand({ VpcId: Vpc!.VpcId, CidrBlock: '10.0.0.0/24', AvailabilityZone: `${REGION}a` }),
  );
  const { LoadBalancers } = await elb.send(
    new CreateLoadBalancerCommand({
      Name: 'queries',
      Type: 'network',
      Scheme: 'internal',
      Subnets: [Subnet!.SubnetId!],
    }),
  );
  const group = async (Name: string, Port: number): Promise<string> => {
    const { TargetGroups } = await elb.send(
      new CreateTargetGroupCommand({ Name, Protocol: 'TCP', Port, VpcId: Vpc!.VpcId, TargetType: 'ip' }),
    );
    return TargetGroups![0]!.TargetGroupArn!;
  };
  const thanosTargetGroupArn = await group('thanos', PORTS.thanosHttp);
  const nodesTargetGroupArn = await group('nodes', PORTS.nodeQuery);
  const { Listeners } = await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: LoadBalancers![0]!.LoadBalancerArn,
      Protocol: 'TCP',
      Port: 9090,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: thanosTargetGroupArn }],
    }),
  );
  return { listenerArn: Listeners![0]!.ListenerArn!, thanosTargetGroupArn, nodesTargetGroupArn };
}
