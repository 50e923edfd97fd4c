import { promote, type PromoteOutcome } from '../../lib/shell/assignment/promote';
import { METRICS } from '../../lib/contract/metrics';
import { readFunctionConfig } from '../shared/config';
import { connectControl, keptWarm } from '../shared/control';
import { log } from '../shared/log';
import { publish } from '../shared/metrics';
import { readPromoteRequest } from './request';

const controlOf = keptWarm(connectControl);

/**
 * Gives alerting to another node when the one that has it does not serve. Called by the CloudWatch alarm, by an
 * agent or by an operator; health-check calls the same module without the detour. Safe to call at any time, any
 * number of times at once. Returns what was done and why, in one sentence.
 */
export async function handler(event: unknown): Promise<PromoteOutcome> {
  const config = readFunctionConfig(process.env);
  const control = controlOf(config);
  await control.addresses.refresh();
  const read = readPromoteRequest(event, control.nodes);
  if ('ignore' in read) {
    log('info', 'promotion-ignored', { because: read.ignore });
    return { acted: false, because: read.ignore, assignment: null };
  }
  try {
    const outcome = await promote(read.request, control);
    log('info', outcome.acted ? 'promoted' : 'not-promoted', {
      caller: read.request.caller,
      because: outcome.because,
      epoch: outcome.assignment?.epoch ?? null,
      active: outcome.assignment?.active ?? null,
    });
    publish(config.cluster, config.shard, [{ metric: METRICS.promotions, value: outcome.acted ? 1 : 0 }]);
    return outcome;
  } catch (error) {
    publish(config.cluster, config.shard, [{ metric: METRICS.controlErrors, value: 1 }]);
    throw error;
  }
}
