import {
  DescribeListenersCommand,
  ElasticLoadBalancingV2Client,
  type TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { Prometheus } from '../../shell/prometheus/client';
import { reasonOf } from '../../shell/probes/prober';
import { probeTask } from '../../shell/probes/thanos-prober';
import { EXTERNAL_LABELS } from '../../contract/labels';
import { BALANCER_PORTS, PORTS } from '../../contract/ports';
import { storesOf, type QueryWay, type UnknownWay } from '../../core/status/query-way';
import type { Route } from '../../core/thanos/routing';
import { registeredTasks, routeOf } from '../../shell/aws/route-book';
import { isThanosGroup, targetGroups } from './thanos';

const PROBE_MS = 2_000;

/** The way of queries as the load balancer's API, the query tasks and Thanos report it; null without Thanos. Never rejects. */
export async function readQueryWay(cluster: string): Promise<QueryWay | UnknownWay | null> {
  const client = new ElasticLoadBalancingV2Client({});
  try {
    const groups = await targetGroups(client, cluster);
    const thanos = groups.find(isThanosGroup);
    const nodes = groups.find((group) => group.TargetType === 'instance' && group.Port === PORTS.nodeQuery);
    if (thanos === undefined || nodes === undefined) return null;
    const [route, tasks] = await Promise.all([
      wayOf(client, thanos, nodes),
      registeredTasks(client, thanos.TargetGroupArn!),
    ]);
    const probes = await Promise.all(tasks.map((task) => probeTask(task, PROBE_MS)));
    const good = probes.find((p) => p.error === null);
    return {
      route,
      tasks: {
        registered: tasks.length,
        answering: probes.filter((p) => p.error === null).length,
        blind: probes.filter((p) => p.blind).length,
      },
      stores: good === undefined ? null : await storesSeenBy(`http://${good.task.address}:${good.task.port}`),
    };
  } catch (error) {
    return { unknown: reasonOf(error) };
  } finally {
    client.destroy();
  }
}

async function wayOf(client: ElasticLoadBalancingV2Client, thanos: TargetGroup, nodes: TargetGroup): Promise<Route> {
  // The direct port always leads to the nodes, so their group names the load balancer whatever the query port does.
  const [LoadBalancerArn] = nodes.LoadBalancerArns ?? [];
  const { Listeners } = await client.send(new DescribeListenersCommand({ LoadBalancerArn }));
  const queries = Listeners?.find((listener) => listener.Port === BALANCER_PORTS.queries);
  return routeOf(queries, { thanos: thanos.TargetGroupArn!, nodes: nodes.TargetGroupArn! }).route;
}

async function storesSeenBy(url: string): Promise<QueryWay['stores']> {
  return storesOf(await new Prometheus(url, { timeoutMs: PROBE_MS }).stores(), EXTERNAL_LABELS.replica);
}
