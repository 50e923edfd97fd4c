import { lookup } from 'node:dns/promises';
import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  type ElasticLoadBalancingV2Client,
  type Listener,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { BALANCER_PORTS, PORTS } from '../../contract/ports';
import type { WayLook } from '../../core/smoke/fallback';
import { routeOf } from '../../shell/aws/route-book';
import { reasonOf } from '../../shell/probes/prober';
import { Prometheus } from '../../shell/prometheus/client';
import { isThanosGroup, targetGroups } from '../cluster/thanos';

/** The load balancer for queries, with the two ways that its listener knows. */
export interface QueryBalancer {
  readonly arn: string;
  /** Where clients ask. */
  readonly url: string;
  readonly groups: { readonly thanos: string; readonly nodes: string };
}

const QUERY_MS = 5_000;
const QUERY = 'count(up)';

/** Or why it is not looked at. @throws Error when its name leads nowhere */
export async function findQueryBalancer(
  elb: ElasticLoadBalancingV2Client,
  cluster: string,
): Promise<QueryBalancer | { readonly skipped: string }> {
  const found = await targetGroups(elb, cluster);
  const thanos = found.find(isThanosGroup);
  const nodes = found.find((group) => group.TargetType === 'instance' && group.Port === PORTS.nodeQuery);
  const arn = nodes?.LoadBalancerArns?.[0];
  if (thanos === undefined || nodes === undefined || arn === undefined)
    return { skipped: 'The cluster has no Thanos: queries go to the nodes anyway.' };
  if ((await listenerOf(elb, arn))?.Protocol === 'TLS')
    return {
      skipped:
        'Clients speak TLS, and the function in the VPC that stands in for one does not: look by a client of yours.',
    };
  const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] }));
  const name = LoadBalancers?.[0]?.DNSName ?? '';
  // An internal load balancer's name has its private addresses for everybody: by such a one the function in the VPC asks.
  const { address } = await lookup(name, 4).catch((error: Error) => {
    throw new Error(`${name} has no address here (${error.message}): some name servers hide private addresses`);
  });
  return {
    arn,
    url: `http://${address}:${BALANCER_PORTS.queries}`,
    groups: { thanos: thanos.TargetGroupArn!, nodes: nodes.TargetGroupArn! },
  };
}

/** Never rejects. */
export async function lookAtWay(elb: ElasticLoadBalancingV2Client, balancer: QueryBalancer): Promise<WayLook> {
  const at = Date.now();
  const [route, why] = await Promise.all([
    routeNow(elb, balancer).catch(() => null), // the API does not answer: not known
    new Prometheus(balancer.url, { timeoutMs: QUERY_MS })
      .value(QUERY)
      .then((value) => (value !== null && value > 0 ? null : 'an answer without data'), reasonOf),
  ]);
  return { at, route, answered: why === null, why };
}

async function routeNow(elb: ElasticLoadBalancingV2Client, { arn, groups }: QueryBalancer): Promise<WayLook['route']> {
  return routeOf(await listenerOf(elb, arn), groups).route;
}

async function listenerOf(elb: ElasticLoadBalancingV2Client, LoadBalancerArn: string): Promise<Listener | undefined> {
  const { Listeners } = await elb.send(new DescribeListenersCommand({ LoadBalancerArn }));
  return Listeners?.find(({ Port }) => Port === BALANCER_PORTS.queries);
}
