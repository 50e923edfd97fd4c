import { systemClock } from '../../lib/shell/async/clock';
import { ebsClient } from '../../lib/shell/aws/ebs';
import { alarmEventOf } from '../shared/alarm-event';
import { readFunctionConfig } from '../shared/config';
import { connectControl, keptWarm } from '../shared/control';
import { log } from '../shared/log';
import { askedForMs, everyInterval, loopMs, mayGoOnMs } from '../shared/loop';
import { standIn } from '../shared/stand-in';
import { replaceable } from '../shared/volume-trouble';
import { isUnderWay, restoreVolumes } from './cycle';

const controlOf = keptWarm(connectControl);
const ec2 = ebsClient();
const LOOK_MS = 3_000;

/**
 * Called by health-check when a volume fails or is being replaced, by the alarms of volumes, and by its schedule. While
 * health-check is silent it looks in its place. Level-triggered: each look reads what there is and does the next step, so that it may die anywhere and
 * run twice. It goes on while a restore is under way, as restores go in steps of seconds, and while a volume fails: the node
 * finds out by itself a little later that it needs another one.
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
  const { elapsed } = systemClock;
  const endsAt = elapsed() + Math.min(askedForMs(event) ?? Infinity, loopMs(context));
  const standsIn = standIn(event, control);
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
    const isWell = !isAlarm && !outcomes.some(isUnderWay) && replaceable(probes).size === 0;
    if ((isWell || elapsed() + LOOK_MS >= endsAt) && !(await standsIn())) return 'nothing left';
  };
  await everyInterval(LOOK_MS, mayGoOnMs(context), cycle, systemClock);
  return { steps: [...said] };
}
