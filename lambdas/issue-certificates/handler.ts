import { ENV } from '../../lib/contract/environment';
import { controlS3, s3ControlStore } from '../../lib/shell/assignment/store';
import { systemClock } from '../../lib/shell/async/clock';
import { kmsSigningKey } from '../../lib/shell/aws/signing-key';
import { s3TrustStore } from '../../lib/shell/trust/store';
import { readFunctionConfig, type FunctionConfig } from '../shared/config';
import { keptWarm, type Connected } from '../shared/control';
import { log } from '../shared/log';
import { everyInterval } from '../shared/loop';
import { issueOnce, type IssueDeps } from './cycle';

const LOOK_MS = 4_000;
/** Nodes that start together ask within seconds of each other. */
const GO_ON_MS = 20_000;

function connect({ cluster, shard, controlBucket, policy }: FunctionConfig): IssueDeps & Connected {
  const s3 = controlS3(policy.storeTimeoutMs);
  return {
    cluster,
    store: s3ControlStore(s3, controlBucket, shard, policy.storeTimeoutMs),
    trust: s3TrustStore(s3, controlBucket, policy.storeTimeoutMs),
    key: kmsSigningKey(process.env[ENV.authorityKey] ?? ''),
    now: systemClock.now,
    log,
    letGo: () => s3.destroy(),
  };
}

const depsOf = keptWarm(connect);

/**
 * Answers nodes that ask for a certificate, and says whom the cluster trusts. Called by health-check when a node asks, and by its
 * schedule. Any number of calls at once is harmless: whom to trust is written by compare-and-swap, and a second certificate is as good
 * as the first.
 */
export async function handler(): Promise<{ because: string }> {
  const deps = depsOf(readFunctionConfig(process.env));
  let last = '';
  const cycle = async (): Promise<'nothing left' | void> => {
    const { left, because } = await issueOnce(deps);
    if (because !== last) log('info', 'looked', { because });
    last = because;
    if (!left) return 'nothing left';
  };
  await everyInterval(LOOK_MS, GO_ON_MS, cycle, systemClock);
  return { because: last };
}
