import {
  DescribeTagsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  paginateDescribeTargetGroups,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { reasonOf } from '../../lib/control/prober';
import { probeTask } from '../../lib/control/thanos-prober';
import { PORTS, TAGS } from '../../lib/core/names';

const PROBE_MS = 2_000;

/** Where Thanos query answers; `url` null: there is none, or none that answers, and then `problem` says so. */
export interface FoundThanos {
  readonly url: string | null;
  readonly problem: string | null;
}

/**
 * Asks the load balancer where the query tasks are, and takes the first that answers: not its query port, which leads
 * to a node while Thanos is down.
 */
export async function findThanos(cluster: string): Promise<FoundThanos> {
  try {
    const tasks = await queryTasks(new ElasticLoadBalancingV2Client({}), cluster);
    if (tasks === null) return { url: null, problem: null };
    const probes = await Promise.all(tasks.map((task) => probeTask(task, PROBE_MS)));
    const good = probes.find((p) => p.error === null);
    if (good !== undefined) return { url: `http://${good.task.address}:${good.task.port}`, problem: null };
    const failures = probes.map((p) => `${p.task.address}: ${p.error}`).join(', ');
    return {
      url: null,
      problem: `Not looked at: Thanos, no query task answers (${failures || 'none is registered'}).`,
    };
  } catch (error) {
    return { url: null, problem: `Not looked at: Thanos, its query tasks are not known (${reasonOf(error)}).` };
  }
}

/** null when the cluster has no target group of Thanos. */
async function queryTasks(
  client: ElasticLoadBalancingV2Client,
  cluster: string,
): Promise<{ address: string; port: number }[] | null> {
  const candidates: string[] = [];
  for await (const page of paginateDescribeTargetGroups({ client }, {})) {
    for (const group of page.TargetGroups ?? []) {
      if (group.TargetType === 'ip' && group.Port === PORTS.thanosHttp) candidates.push(group.TargetGroupArn!);
    }
  }
  for (const TargetGroupArn of candidates) {
    const { TagDescriptions } = await client.send(new DescribeTagsCommand({ ResourceArns: [TargetGroupArn] }));
    const tags = TagDescriptions?.[0]?.Tags ?? [];
    if (!tags.some((tag) => tag.Key === TAGS.cluster && tag.Value === cluster)) continue;
    const health = await client.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
    return (health.TargetHealthDescriptions ?? []).map((t) => ({ address: t.Target!.Id!, port: t.Target!.Port! }));
  }
  return null;
}
