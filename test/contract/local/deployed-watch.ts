import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { WORKERS } from '../../../lib/contract/functions';
import { BALANCER_PORTS } from '../../../lib/contract/ports';
import { deployedCallers } from '../../../local/run/functions/callers';
import { asFunction, ended, type Owner } from './deployed-roles';

/** What health-check sees and calls beside its probes, and what is left to others. */
export function deployedWatchTests(owner: () => Owner): void {
  test('health-check sees listeners and changes none; route-queries changes them', async () => {
    const elb = async (name: string) => new ElasticLoadBalancingV2Client(await asFunction(owner(), name));
    const { LoadBalancers } = await new ElasticLoadBalancingV2Client(owner()).send(
      new DescribeLoadBalancersCommand({}),
    );
    const { Listeners } = await (
      await elb('health-check')
    ).send(new DescribeListenersCommand({ LoadBalancerArn: LoadBalancers![0]!.LoadBalancerArn }));
    const { ListenerArn, DefaultActions } = Listeners!.find(({ Port }) => Port === BALANCER_PORTS.queries)!;
    const change = async (name: string): Promise<string> =>
      ended((await elb(name)).send(new ModifyListenerCommand({ ListenerArn, DefaultActions })));
    expect(await change('health-check')).toBe('AccessDenied');
    expect(await change('route-queries')).toBe('ok');
    expect(await ended((await elb('shed-load')).send(new DescribeListenersCommand({ ListenerArns: [] })))).toBe(
      'AccessDenied',
    );
  });

  test('health-check calls those that it watches for, and nobody else', async () => {
    const { accessKeyId: key } = (await asFunction(owner(), 'health-check')).credentials;
    const may = async (name: string): Promise<boolean> =>
      deployedCallers(owner().endpoint)({ key }, 'lambda:InvokeFunction', `trading-metrics-${name}`);
    for (const worker of WORKERS) expect([worker, await may(worker)]).toEqual([worker, true]);
    for (const other of ['promote-alerting', 'reconnect-redis', 'relay'])
      expect([other, await may(other)]).toEqual([other, false]);
  });
}
