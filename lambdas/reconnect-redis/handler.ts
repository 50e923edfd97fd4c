import { controlS3 } from '../../lib/control/store';
import { s3RemedyStore } from '../../lib/control/remedy-store';
import { readFunctionConfig } from '../shared/config';
import { readRemedyConfig } from './config';
import type { RemedyHook } from './hook';
import { Lease } from './lease';
import { targetOf } from './request';
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
    const config = readFunctionConfig(process.env);
    const { targets, passwordOf } = readRemedyConfig(process.env);
    const target = targetOf(event, targets);
    const { storeTimeoutMs } = config.policy;
    const store = s3RemedyStore(controlS3(storeTimeoutMs), config.controlBucket, config.shard, storeTimeoutMs);
    return runRemedy({
      config,
      target,
      password: passwordOf(target.name),
      hook: hooks[target.name],
      lease: new Lease(store, target.name, context.awsRequestId, Date.now(), Date.now),
      remainingMs: context.getRemainingTimeInMillis(),
    });
  };
};

/** Without hooks; with them, the bundle begins with another module, made at synth. */
export const handler = withHooks({});
