import { systemClock } from '../../lib/shell/async/clock';
import { readFunctionConfig } from '../shared/config';
import { connectControl, keptWarm } from '../shared/control';
import { log } from '../shared/log';
import { loopMs } from '../shared/loop';
import { readSchedule, syncConfigPointer } from './config-pointer';
import { admitShard } from './admit-shard';
import { probeLoop } from './loop';

const controlOf = keptWarm(connectControl);

/** Called every minute; probes all nodes every policy.probe.intervalMs inside it. */
export async function handler(
  event: unknown,
  context: { getRemainingTimeInMillis(): number; awsRequestId: string },
): Promise<{ cycles: number }> {
  const config = readFunctionConfig(process.env);
  const control = controlOf(config);
  const pointer = readSchedule(event);
  const { intervalMs } = config.policy.probe;
  const forMs = loopMs(context);
  log('info', 'loop-started', { forMs, intervalMs, nodes: control.nodes });

  let cycles = 0;
  await probeLoop(control, config, context.awsRequestId, forMs, systemClock, async () => {
    cycles += 1;
    // After the probes: a slow configuration write must not delay the first answer. Level-triggered: until it took.
    if (pointer !== null) await syncConfigPointer(pointer, control.store);
    await admitShard(config.shard, control.store, config.policy.announceMs, control.now());
  });
  log('info', 'loop-ended', { cycles });
  return { cycles };
}
