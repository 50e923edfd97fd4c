import { ebsClient } from '../../lib/shell/aws/ebs';
import { readFunctionConfig } from '../shared/config';
import { connectControl, keptWarm } from '../shared/control';
import { log } from '../shared/log';
import { publish } from '../shared/metrics';
import { reconcileSnapshots } from './cycle';

const controlOf = keptWarm(connectControl);
const ec2 = ebsClient();

/** Called every minute: takes snapshots that are due, has the newest ones tried by a restore, thins them out. */
export async function handler(): Promise<void> {
  const config = readFunctionConfig(process.env);
  const control = controlOf(config);
  const { store, addresses, policy } = control;
  await addresses.refresh();
  const probes = await control.probeAll(policy.probe.timeoutMs);
  const { cluster, shard } = config;
  const nodes = addresses.nodes;
  const deps = { ec2, store, cluster, shard, nodes, probes, policy, now: Date.now, log };
  const { metrics, failed } = await reconcileSnapshots(deps);
  // First: that something failed must not look as if there were no good snapshot.
  publish(cluster, shard, metrics);
  if (failed.length > 0) throw new Error(failed.join('; '));
}
