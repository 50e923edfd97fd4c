import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  type Action,
  type ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { DeployedGroup, Target } from './load-balancer';
import type { Weights } from './late';

/** A registered target: an instance, known by its id, or an address; null where nothing runs for it yet. */
export type Locate = (id: string, port: number) => Target | null;

/** A target group as the API has it. */
export interface ReadGroup extends DeployedGroup {
  /** Ids of all that are registered, also of those for which nothing runs yet. */
  readonly registered: readonly string[];
}

/** Where the listeners of all load balancers forward to, by port. */
export async function readListeners(elb: ElasticLoadBalancingV2Client): Promise<ReadonlyMap<number, Weights>> {
  const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({}));
  const found = await Promise.all(
    (LoadBalancers ?? []).map(async ({ LoadBalancerArn }) => {
      const { Listeners } = await elb.send(new DescribeListenersCommand({ LoadBalancerArn }));
      return Listeners ?? [];
    }),
  );
  return new Map(
    found
      .flat()
      .map(({ Port, DefaultActions }) => [Port!, weightsOf(DefaultActions![0]!)] as const)
      .sort(([a], [b]) => a - b),
  );
}

function weightsOf({ TargetGroupArn, ForwardConfig }: Action): Weights {
  if (TargetGroupArn !== undefined) return { [TargetGroupArn]: 1 };
  return Object.fromEntries((ForwardConfig?.TargetGroups ?? []).map((g) => [g.TargetGroupArn!, g.Weight ?? 1]));
}

/** Security groups of all load balancers, by id. */
export async function readBalancerGroups(elb: ElasticLoadBalancingV2Client): Promise<string[]> {
  const { LoadBalancers = [] } = await elb.send(new DescribeLoadBalancersCommand({}));
  return LoadBalancers.flatMap(({ SecurityGroups = [] }) => SecurityGroups);
}

export async function readGroup(
  elb: ElasticLoadBalancingV2Client,
  TargetGroupArn: string,
  locate: Locate,
): Promise<ReadGroup> {
  const [groups, attributes, health] = await Promise.all([
    elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [TargetGroupArn] })),
    elb.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn })),
    elb.send(new DescribeTargetHealthCommand({ TargetGroupArn })),
  ]);
  const group = groups.TargetGroups![0]!;
  const attribute = (key: string): string | undefined => attributes.Attributes?.find((a) => a.Key === key)?.Value;
  const targets = (health.TargetHealthDescriptions ?? []).map(({ Target: t }) => t!);
  const ofInstances = group.TargetType === 'instance';
  return {
    arn: TargetGroupArn,
    name: group.TargetGroupName!,
    ofInstances,
    // As AWS has it where nothing is said, for TCP.
    keepsClients: (attribute('preserve_client_ip.enabled') ?? String(ofInstances)) === 'true',
    sticky: attribute('stickiness.enabled') === 'true' && attribute('stickiness.type') === 'source_ip',
    healthCheck: {
      path: group.HealthCheckPath!,
      port: Number(group.HealthCheckPort === 'traffic-port' ? group.Port : group.HealthCheckPort),
      intervalMs: group.HealthCheckIntervalSeconds! * 1000,
      timeoutMs: group.HealthCheckTimeoutSeconds! * 1000,
      fall: group.UnhealthyThresholdCount!,
      rise: group.HealthyThresholdCount!,
    },
    registered: targets.map(({ Id }) => Id!),
    targets: targets.map(({ Id, Port }) => locate(Id!, Port ?? group.Port!)).filter((target) => target !== null),
  };
}
