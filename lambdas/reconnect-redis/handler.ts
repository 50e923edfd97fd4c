import { reasonOf } from '../../lib/shell/probes/prober';
import { s3RemedyStore } from '../../lib/shell/assignment/remedy-store';
import { controlS3, s3ControlStore, type ControlStore } from '../../lib/shell/assignment/store';
import { WAKE_EVENT } from '../../lib/contract/documents/events';
import type { Assignment } from '../../lib/contract/documents/assignment';
import { heldBack } from '../../lib/core/remedies/remedies';
import { log } from '../shared/log';
import { readFunctionConfig } from '../shared/config';
import { readRemedyConfig } from './config';
import type { RemedyHook } from './hook';
import { Lease } from './lease';
import { readRemedyRequest } from './request';
import { runRemedy, type RemedyOutcome } from './run';

type Handler = (
  event: unknown,
  context: { getRemainingTimeInMillis(): number; awsRequestId: string },
) => Promise<RemedyOutcome>;

/**
 * Tries to connect to a target that is down, from inside the VPC, until it answers or is given up: Redis, or whatever else
 * `remedies` in config/cluster.ts names. Called by the agents when an alert fires. Safe to call at any time, any number of
 * times at once. Returns what came of it, in one sentence. `hooks`: users' own remedies, by the remedy's name.
 */
export const withHooks = (hooks: Readonly<Record<string, RemedyHook>>): Handler => {
  return async (event, context) => {
    if (WAKE_EVENT.is(event)) return { acted: false, reconnected: false, because: 'It was called to stay awake.' };
    const config = readFunctionConfig(process.env);
    const { targets, passwordOf } = readRemedyConfig(process.env);
    const { target, source } = readRemedyRequest(event, targets);
    const { storeTimeoutMs } = config.policy;
    const where = [controlS3(storeTimeoutMs), config.controlBucket, config.shard, storeTimeoutMs] as const;
    const control = s3ControlStore(...where);
    const held = async (): Promise<string | null> => heldBack(target.name, await readPause(control), source);
    const because = await held();
    if (because !== null) {
      log('info', 'remedy-held-back', { remedy: target.name, because });
      return { acted: false, reconnected: false, because };
    }
    const store = s3RemedyStore(...where);
    return runRemedy({
      config,
      target,
      password: passwordOf(target.name),
      hook: hooks[target.name],
      lease: new Lease(store, target.name, context.awsRequestId, Date.now(), Date.now),
      heldBack: held,
      remainingMs: context.getRemainingTimeInMillis(),
    });
  };
};

/** When it cannot be read nobody is known to be at work. */
async function readPause(store: Pick<ControlStore, 'readAssignment'>): Promise<Assignment['paused']> {
  try {
    return (await store.readAssignment())?.assignment.paused ?? null;
  } catch (error) {
    log('warn', 'pause-unknown', { error: reasonOf(error) });
    return null;
  }
}

/** Without hooks; with them, the bundle begins with another module, made at synth. */
export const handler = withHooks({});
