import type { S3Client } from '@aws-sdk/client-s3';
import { probeNode } from '../../shell/probes/prober';
import { operate, type OperateOutcome } from '../../shell/assignment/operate';
import { s3ControlStore } from '../../shell/assignment/store';
import type { Operation } from '../../core/failover/operations';
import type { ClusterHandle } from '../cluster/cluster';
import { readAnnouncements } from '../cluster/announcements';
import { deployedPolicy } from '../cluster/policy';
import { caller } from '../where';
import { UserError } from '../../contract/errors';

/** A person waits for this one. */
const STORE_TIMEOUT_MS = 5_000;

/** @throws UserError when nobody who finds it paused would learn why */
export function pauseReason(text: string): string {
  return reasonIn(text, true, "promha pause --reason 'new disks, done by 04:00'");
}

/** @throws UserError when it is a flag */
export function switchoverReason(text: string): string {
  return reasonIn(text, false, "promha switchover --reason 'new kernel', or leave out --reason");
}

function reasonIn(text: string, needed: boolean, fix: string): string {
  const reason = text.trim();
  // A forgotten text makes the next flag the reason, and `--reason --local` would change another cluster.
  if (!reason.startsWith('--') && (reason !== '' || !needed)) return reason;
  throw new UserError({
    what: '--reason does not say why',
    got: reason === '' ? 'nothing' : reason,
    expected: needed ? 'what whoever finds the cluster paused should know' : 'a text for the audit trail',
    fix,
  });
}

/** Carries out an operator's request, in the name of whoever is logged in. @throws when the control bucket does not answer */
export async function operateCluster(
  handle: ClusterHandle,
  s3: S3Client,
  operation: Operation,
): Promise<OperateOutcome> {
  const store = s3ControlStore(s3, handle.controlBucket, handle.shard, STORE_TIMEOUT_MS);
  const [{ nodes, announcements }, { policy }] = await Promise.all([
    readAnnouncements(store, handle.shard),
    deployedPolicy(handle),
  ]);
  if (operation.kind === 'switchover' && operation.to !== null && !nodes.includes(operation.to)) {
    throw new UserError({
      what: 'there is no such node',
      got: operation.to,
      expected: `one of ${nodes.join(', ') || 'none: no node ever announced itself'}`,
      fix: '`promha status` names them',
    });
  }
  return operate(operation, {
    store,
    nodes,
    probeAll: async (knownEpoch) => {
      const probes = [...announcements.values()].map((a) =>
        probeNode(a.node, a.address, policy.probe.timeoutMs, Date.now, knownEpoch),
      );
      return new Map((await Promise.all(probes)).map((probe) => [probe.node, probe]));
    },
    operator: caller(),
    policy,
    now: Date.now,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  });
}

export function renderOutcome(outcome: OperateOutcome): string {
  const lines = [outcome.because];
  if (outcome.tookMs !== undefined) lines.push(`Seen alerting ${(outcome.tookMs / 1000).toFixed(1)} s later.`);
  if (outcome.fix !== undefined) lines.push(`What to do: ${outcome.fix}.`);
  return `${lines.join('\n')}\n`;
}
