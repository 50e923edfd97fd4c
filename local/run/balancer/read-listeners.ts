import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { DeployedGroup, DeployedListener, Target } from './load-balancer';

/** A registered target: an instance, known by its id, or an address; null where nothing runs for it yet. */
export type Locate = (id: string, port: number) => Target | null;

/** The listeners of all load balancers by port, with the target group that each points to just now. */
export async function readListeners(elb: ElasticLoadBalancingV2Client, locate: Locate): Promise<DeployedListener[]> {
  const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({}));
  const found = await Promise.all(
    (LoadBalancers ?? []).map(async ({ LoadBalancerArn }) => {
      const { Listeners } = await elb.send(new DescribeListenersCommand({ LoadBalancerArn }));
      return Listeners ?? [];
    }),
  );
  const listeners = await Promise.all(
    found.flat().map(async (listener) => ({
      port: listener.Port!,
      group: await readGroup(elb, listener.DefaultActions![0]!.TargetGroupArn!, locate),
    })),
  );
  return listeners.sort((a, b) => a.port - b.port);
}

/** Security groups of all load balancers, by id. */
export async function readBalancerGroups(elb: ElasticLoadBalancingV2Client): Promise<string[]> {
  const { LoadBalancers = [] } = await elb.send(new DescribeLoadBalancersCommand({}));
  return LoadBalancers.flatMap(({ SecurityGroups = [] }) => SecurityGroups);
}

async function readGroup(
  elb: ElasticLoadBalancingV2Client,
  TargetGroupArn: string,
  locate: Locate,
): Promise<DeployedGroup> {
  const [groups, attributes, health] = await Promise.all([
    elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [TargetGroupArn] })),
    elb.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn })),
    elb.send(new DescribeTargetHealthCommand({ TargetGroupArn })),
  ]);
  const group = groups.TargetGroups![0]!;
  const attribute = (key: string): string | undefined => attributes.Attributes?.find((a) => a.Key === key)?.Value;
  return {
    name: group.TargetGroupName!,
    ofInstances: group.TargetType === 'instance',
    sticky: attribute('stickiness.enabled') === 'true' && attribute('stickiness.type') === 'source_ip',
    healthCheck: {
      path: group.HealthCheckPath!,
      port: Number(group.HealthCheckPort === 'traffic-port' ? group.Port : group.HealthCheckPort),
      intervalMs: group.HealthCheckIntervalSeconds! * 1000,
      timeoutMs: group.HealthCheckTimeoutSeconds! * 1000,
      fall: group.UnhealthyThresholdCount!,
      rise: group.HealthyThresholdCount!,
    },
    targets: (health.TargetHealthDescriptions ?? [])
      .map(({ Target: t }) => locate(t!.Id!, t!.Port ?? group.Port!))
      .filter((target) => target !== null),
  };
}
