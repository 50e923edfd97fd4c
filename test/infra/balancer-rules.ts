import { ANSWERS_CLIENTS_PATH } from '../../lib/contract/documents/agent-status';
import { PORTS } from '../../lib/contract/ports';
import { idIn, type TemplateRule } from './template-rule';

interface Forwarding {
  readonly TargetGroupArn?: unknown;
  readonly ForwardConfig?: { readonly TargetGroups: readonly { readonly TargetGroupArn: unknown }[] };
}

/** What holds of load balancers and of what stands behind them, whatever the configuration says. */
export const BALANCER_RULES: readonly TemplateRule[] = [
  {
    says: 'every target group of a service always hangs on a listener, which is there before the service',
    check(made) {
      const onListeners = new Set(
        made
          .all('AWS::ElasticLoadBalancingV2::Listener')
          .flatMap(({ Properties: p }) =>
            (p.DefaultActions as Forwarding[]).flatMap(({ TargetGroupArn, ForwardConfig }) =>
              [TargetGroupArn, ...(ForwardConfig?.TargetGroups ?? []).map((g) => g.TargetGroupArn)].map(idIn),
            ),
          ),
      );
      for (const [stack, resources] of Object.entries(made.stacks)) {
        for (const { Type, Properties: p } of Object.values(resources)) {
          const groups = Type === 'AWS::ECS::Service' ? ((p.LoadBalancers ?? []) as { TargetGroupArn: unknown }[]) : [];
          for (const { TargetGroupArn } of groups) {
            expect(onListeners).toContain(idIn(TargetGroupArn));
            // From another stack, which is deployed as a whole before.
            expect({ stack, group: TargetGroupArn }).toHaveProperty(['group', 'Fn::ImportValue']);
          }
        }
      }
    },
  },
  {
    says: 'how many tasks run is said in one place: by the service, or by what scales it',
    check(made) {
      const scaled = made
        .all('AWS::ApplicationAutoScaling::ScalableTarget')
        .map(({ Properties: p }) => JSON.stringify(p.ResourceId));
      for (const { id, Properties: p } of made.all('AWS::ECS::Service')) {
        const isScaled = scaled.some((resource) => resource.includes(`"${id}"`));
        expect({ id, count: 'DesiredCount' in p }).toEqual({ id, count: !isScaled });
      }
    },
  },
  {
    says: "no load balancer keeps its clients' addresses: a node that is sent to itself would wait for ever",
    check(made) {
      for (const { Properties: p } of made.all('AWS::ElasticLoadBalancingV2::TargetGroup')) {
        expect(p.TargetGroupAttributes).toContainEqual({ Key: 'preserve_client_ip.enabled', Value: 'false' });
      }
      // So it is the balancer's group that calls, and who is behind it lets that in.
      const [balancer] = made.all('AWS::ElasticLoadBalancingV2::LoadBalancer');
      const [group, ...more] = balancer!.Properties.SecurityGroups.map(idIn) as string[];
      expect(more).toEqual([]);
      const letIn = made
        .all('AWS::EC2::SecurityGroupIngress')
        .filter(({ Properties: p }) => group!.startsWith(idIn(p.SourceSecurityGroupId)))
        .map(({ Properties: p }) => p.FromPort);
      const ports = made
        .all('AWS::ElasticLoadBalancingV2::TargetGroup')
        .flatMap(({ Properties: p }) => [
          p.Port,
          ...(p.HealthCheckPort === undefined ? [] : [Number(p.HealthCheckPort)]),
        ]);
      expect(letIn).toEqual(expect.arrayContaining(ports));
    },
  },
  {
    says: 'clients reach only what reads: the load balancer sends nobody to a Prometheus, and gets at none',
    check(made, { thanos }) {
      // A machine without Thanos has nothing else: the local run, while it is being built.
      if (thanos === null) return;
      const groups = made.all('AWS::ElasticLoadBalancingV2::TargetGroup');
      expect(groups.map(({ Properties: p }) => p.Port).sort()).toEqual([PORTS.thanosHttp, PORTS.nodeQuery].sort());
      const nodes = groups.find(({ Properties: p }) => p.TargetType === 'instance')!.Properties;
      expect([nodes.HealthCheckPort, nodes.HealthCheckPath]).toEqual([String(PORTS.agent), ANSWERS_CLIENTS_PATH]);
      const intoPrometheus = made
        .all('AWS::EC2::SecurityGroupIngress')
        .filter(({ Properties: p }) => p.FromPort === PORTS.prometheus && p.SourceSecurityGroupId !== undefined)
        .map(({ Properties: p }) => p.Description);
      expect(new Set(intoPrometheus)).toEqual(
        new Set([
          'Probes of Prometheus',
          'Peers probe each other, and fetch what they missed',
          // Into the load balancer, whose port has the same number.
          'Queries of promha smoke',
        ]),
      );
    },
  },
];
