import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { BALANCER_PORTS } from '../../../lib/contract/ports';
import { LOCAL_CREDENTIALS } from '../../run/deploy/read-back';
import { must } from '../clock';
import type { Instrument, MetricReading } from '../instrument';
import type { TestBed } from '../test-bed';
import { thanosUnrest } from '../thanos';

const LOOK_MS = 250;
/** Beyond the limit, so that a late one is measured. */
const REROUTED_MS = 120_000;

/** The fault lasts until queries are answered by the nodes: the load balancer does late what its listener says. */
export async function untilRerouted(world: TestBed): Promise<MetricReading> {
  await must('queries go to the nodes', REROUTED_MS, world.signal, async () => {
    const why = await thanosUnrest(world);
    return why === 'queries do not go through Thanos' ? null : (why ?? 'Thanos answers');
  });
  return { measurements: {}, findings: [] };
}

/** When route-queries had the listener changed: its own part of the way there, and what AWS's is not in. */
export const listenerWatch: Instrument = (world) => {
  const elb = new ElasticLoadBalancingV2Client({
    endpoint: world.state.endpoint!,
    region: world.state.region,
    credentials: LOCAL_CREDENTIALS,
    maxAttempts: 1,
  });
  const changes: number[] = [];
  let said: string | null = null;
  let asking = false;
  const look = async (): Promise<void> => {
    const now = await actionsOf(elb);
    if (said !== null && now !== said) changes.push(Date.now());
    said = now;
  };
  const timer = setInterval(() => {
    if (asking) return;
    asking = true;
    void look()
      .catch(() => undefined) // the emulator is busy: at the next look
      .finally(() => (asking = false));
  }, LOOK_MS);
  return {
    async finish({ struckAt }) {
      const first = changes.find((at) => at >= struckAt);
      return {
        measurements: {
          listenerChanged: first === undefined ? null : Math.round(first - struckAt) / 1000,
          listenerChanges: changes.length,
        },
        findings: [],
      };
    },
    stop() {
      clearInterval(timer);
      elb.destroy();
    },
  };
};

/** What the query listener is told to do, as text. */
async function actionsOf(elb: ElasticLoadBalancingV2Client): Promise<string> {
  const { LoadBalancers = [] } = await elb.send(new DescribeLoadBalancersCommand({}));
  const [balancer] = LoadBalancers;
  const { Listeners = [] } = await elb.send(
    new DescribeListenersCommand({ LoadBalancerArn: balancer?.LoadBalancerArn }),
  );
  return JSON.stringify(Listeners.find(({ Port }) => Port === BALANCER_PORTS.queries)?.DefaultActions);
}
