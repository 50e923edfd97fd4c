import { systemClock } from '../../lib/shell/async/clock';
import { ebsClient } from '../../lib/shell/aws/ebs';
import { METRICS } from '../../lib/contract/metrics';
import { alarmEventOf } from '../shared/alarm-event';
import { readFunctionConfig } from '../shared/config';
import { connectControl, keptWarm } from '../shared/control';
import { log } from '../shared/log';
import { everyInterval, loopMs } from '../shared/loop';
import { publish } from '../shared/metrics';
import { isUnderWay, restoreVolumes } from './cycle';

const controlOf = keptWarm(connectControl);
const ec2 = ebsClient();
const LOOK_MS = 3_000;

/**
 * Called every minute and by the alarms of volumes. Level-triggered: each look reads what there is and does the next step, so
 * that it may die anywhere and run twice. It goes on within its minute while a restore is under way, as restores go in steps of
 * seconds, and for an alarm: the node finds out by itself a little later that it needs another volume.
 */
export async function handler(
  event: unknown,
  context: { getRemainingTimeInMillis(): number },
): Promise<{ steps: readonly string[] }> {
  const config = readFunctionConfig(process.env);
  const control = controlOf(config);
  const { store, addresses, policy } = control;
  const { cluster, shard } = config;
  const said = new Set<string>();
  const isAlarm = alarmEventOf(event)?.state === 'ALARM';
  const cycle = async (): Promise<'nothing left' | void> => {
    await addresses.refresh();
    const probes = await control.probeAll(policy.probe.timeoutMs);
    const quiet: typeof log = (level, event, fields) => {
      const line = JSON.stringify([event, fields]);
      if (!said.has(line)) log(level, event, fields);
      said.add(line);
    };
    const nodes = addresses.nodes;
    const outcomes = await restoreVolumes({
      ec2,
      store,
      cluster,
      shard,
      nodes,
      probes,
      policy,
      now: Date.now,
      log: quiet,
    });
    publish(cluster, shard, [
      { metric: METRICS.volumesAsked, value: outcomes.filter((o) => o.asks).length },
      {
        metric: METRICS.restoresGivenUp,
        value: outcomes.filter((o) => o.asks && o.record?.state === 'given-up').length,
      },
    ]);
    if (!isAlarm && !outcomes.some(isUnderWay)) return 'nothing left';
  };
  await everyInterval(LOOK_MS, loopMs(context), cycle, systemClock);
  return { steps: [...said] };
}
