import { DescribeServicesCommand, ECSClient, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { fallbackMeasured, isAnsweredBy, silences, type WayLook } from '../../core/smoke/fallback';
import { queryService } from '../../core/smoke/plan';
import { findQueryBalancer, lookAtWay } from './balancer';
import type { Part } from './deps';
import { lookUntil } from './until';

const AWAY = { everyMs: 2_000, withinMs: 300_000 };
const BACK = { everyMs: 2_000, withinMs: 900_000 };
/** So long every answer has to come from there before it is believed: an NLB does late as its listener says. */
const STEADY = { nodesMs: 30_000, thanosMs: 120_000 };

/** No query task is wanted any more, and then as many as before. A query is asked through the load balancer all the time. */
export const takeThanosAway: Part = async ({ handle: { cluster }, signal, say, undo }) => {
  const elb = new ElasticLoadBalancingV2Client({});
  const balancer = await findQueryBalancer(elb, cluster);
  if ('skipped' in balancer) return balancer;
  const ecs = new ECSClient({});
  const service = queryService(cluster);
  const want = async (desiredCount: number): Promise<void> =>
    void (await ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount })));
  const { services } = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
  const tasks = services?.[0]?.desiredCount ?? 0;
  if (tasks === 0) return { measurements: {}, findings: [`The ECS service ${service} wants no task already.`] };

  const looks: WayLook[] = [];
  const look = async (route: 'thanos' | 'nodes', since: number, steadyMs: number): Promise<true | null> => {
    looks.push(await lookAtWay(elb, balancer));
    const from = Date.now() - steadyMs;
    const isSteady = from >= since && looks.filter(({ at }) => at >= from).every(isAnsweredBy(route));
    return isSteady ? true : null;
  };
  const back = undo.defer({
    what: `the ECS service ${service} wants ${tasks} tasks`,
    how: () => want(tasks),
    byHand: `aws ecs update-service --cluster ${cluster} --service ${service} --desired-count ${tasks}`,
  });
  const awayAt = Date.now();
  await want(0);
  say(`${service} wants 0 tasks instead of ${tasks}; looking at where queries through the load balancer go.`);
  await lookUntil({ ...AWAY, signal }, () => look('nodes', awayAt, STEADY.nodesMs));
  const backAt = Date.now();
  await undo.now(back);
  say(`${service} wants ${tasks} tasks again.`);
  await lookUntil({ ...BACK, signal }, () => look('thanos', backAt, STEADY.thanosMs));
  return { measurements: fallbackMeasured(looks, { awayAt, backAt }), findings: silences(looks) };
};
