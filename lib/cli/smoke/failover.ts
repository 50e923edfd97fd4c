import type { Measurements } from '../../contract/check';
import type { NodeId } from '../../contract/documents/assignment';
import { acceptedAfterMs, type ReadStatus } from '../../core/smoke/failover';
import { reportStatus } from '../../core/status/status';
import { readAgentStatus } from '../../shell/probes/agent-api';
import { s3ControlStore } from '../../shell/assignment/store';
import { readAnnouncements } from '../cluster/announcements';
import { readCluster } from '../cluster/read-cluster';
import { drillCluster } from '../commands/drill';
import type { Measured, SmokeDeps } from './deps';

const TIMEOUT_MS = 5_000;

/** The drill kill-prometheus, and of the node that took over when its alerts were accepted, as it says itself. */
export async function killAlerting(deps: SmokeDeps): Promise<Measured> {
  const { handle, s3, say, signal } = deps;
  let orderedAt = 0;
  const report = await drillCluster('kill-prometheus', {
    handle,
    s3,
    say: (line) => say(`  ${line}`),
    signal,
    confirm: handle.cluster,
    injectFault: (node) => {
      orderedAt = Date.now();
      return deps.kill(node);
    },
  });
  const { nodes } = reportStatus(await readCluster(handle, s3), Date.now());
  const measurements: Measurements = {
    accepted: report.tookOver === null ? null : await acceptedBy(deps, report.tookOver, orderedAt),
    failoverWell: report.wellAfterMs === null ? null : report.wellAfterMs / 1000,
    epochs: report.epochs,
    gatesOpen: nodes.filter(({ gate }) => gate === 'open').length,
  };
  return { measurements, findings: report.problems };
}

async function acceptedBy({ handle, s3 }: SmokeDeps, node: NodeId, orderedAt: number): Promise<number | null> {
  const store = s3ControlStore(s3, handle.controlBucket, handle.shard, TIMEOUT_MS);
  const { announcements } = await readAnnouncements(store, handle.shard);
  const read = await timed(announcements.get(node)!.address);
  const ms = acceptedAfterMs(orderedAt, read);
  return ms === null ? null : ms / 1000;
}

async function timed(address: string): Promise<ReadStatus> {
  const askedAt = Date.now();
  const status = await readAgentStatus(address, AbortSignal.timeout(TIMEOUT_MS));
  return { status, askedAt, answeredAt: Date.now() };
}
