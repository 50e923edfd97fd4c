import {
  DescribeTagsCommand,
  ElasticLoadBalancingV2Client,
  paginateDescribeTargetGroups,
  type TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { reasonOf } from '../../shell/probes/prober';
import { registeredTasks, type QueryTask } from '../../shell/aws/route-book';
import { probeTask } from '../../shell/probes/thanos-prober';
import { PORTS } from '../../contract/ports';
import { TAGS } from '../../contract/tags';

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
async function queryTasks(client: ElasticLoadBalancingV2Client, cluster: string): Promise<QueryTask[] | null> {
  const group = (await targetGroups(client, cluster)).find(isThanosGroup);
  return group === undefined ? null : registeredTasks(client, group.TargetGroupArn!);
}

export const isThanosGroup = (group: TargetGroup): boolean =>
  group.TargetType === 'ip' && group.Port === PORTS.thanosHttp;

/** DescribeTags takes no more at once. */
const TAGS_AT_ONCE = 20;

/** Those that carry the cluster's tag. */
export async function targetGroups(client: ElasticLoadBalancingV2Client, cluster: string): Promise<TargetGroup[]> {
  const found: TargetGroup[] = [];
  for await (const { TargetGroups: page = [] } of paginateDescribeTargetGroups(
    { client },
    { PageSize: TAGS_AT_ONCE },
  )) {
    if (page.length === 0) continue;
    const arns = page.map((group) => group.TargetGroupArn!);
    const { TagDescriptions = [] } = await client.send(new DescribeTagsCommand({ ResourceArns: arns }));
    const ours = TagDescriptions.filter(({ Tags = [] }) =>
      Tags.some((tag) => tag.Key === TAGS.cluster && tag.Value === cluster),
    ).map((description) => description.ResourceArn);
    found.push(...page.filter((group) => ours.includes(group.TargetGroupArn)));
  }
  return found;
}
