import { systemClock } from '../../lib/shell/async/clock';
import { callLambda } from '../../lib/shell/aws/call-function';
import { reasonOf } from '../../lib/shell/probes/prober';
import { readFunctionConfig } from '../shared/config';
import { keptWarm } from '../shared/control';
import { log } from '../shared/log';
import { loopMs } from '../shared/loop';
import { admitShard } from './admit-shard';
import { readSchedule, syncConfigPointer } from './config-pointer';
import { recordVerdict } from './config-verdict';
import { connectWorld } from './connect';
import { NO_COUNTS } from './cycle';
import { probeLoop } from './loop';
import { watchOver } from './watch';

const worldOf = keptWarm(connectWorld);

/** Called every minute; probes all nodes every policy.probe.intervalMs inside it, and calls others that have something to do. */
export async function handler(
  event: unknown,
  context: { getRemainingTimeInMillis(): number; awsRequestId: string },
): Promise<{ cycles: number }> {
  const config = readFunctionConfig(process.env);
  const { control, watched } = worldOf(config);
  const { store, addresses } = control;
  const carried = readSchedule(event);
  const { intervalMs } = config.policy.probe;
  const forMs = loopMs(context);
  log('info', 'loop-started', { forMs, intervalMs, nodes: control.nodes });

  let cycles = 0;
  let counts = NO_COUNTS;
  const watching =
    watched &&
    watchOver({ ...watched, store, addresses, call: callLambda }, config, () => counts, forMs, systemClock).catch(
      // Heard of at once, or Node would end the function, and the probes with it.
      (error: unknown) => log('error', 'watch-failed', { error: reasonOf(error) }),
    );
  await probeLoop(control, config, context.awsRequestId, forMs, systemClock, async (found) => {
    counts = found;
    cycles += 1;
    // After the probes: a slow configuration write must not delay the first answer. Level-triggered: until it took.
    if (carried !== null) await syncConfigPointer(carried, control.store, control.now());
    const { shard, policy } = config;
    await recordVerdict({ store, shard, wellMs: policy.canary.wellMs, now: control.now }, found.probes);
    await admitShard(config.shard, control.store, config.policy.announceMs, control.now());
  });
  await watching;
  log('info', 'loop-ended', { cycles });
  return { cycles };
}
