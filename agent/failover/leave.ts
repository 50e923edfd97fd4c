import { operate, type OperateOutcome } from '../../lib/shell/assignment/operate';
import type { ControlStore } from '../../lib/shell/assignment/store';
import type { Clock } from '../../lib/shell/async/clock';
import type { NodeId } from '../../lib/contract/documents/assignment';
import type { NodeConfig } from '../../lib/contract/documents/node-config';
import { messageOf, type Log } from '../base/log';
import type { Probes } from './probes';
import type { RoleManager } from './role-manager';

export interface Leaving {
  readonly config: NodeConfig;
  /** Of the shard, in order of preference. */
  readonly nodes: readonly string[];
  readonly role: Pick<RoleManager, 'isAssigned' | 'assignment'>;
  readonly store: Pick<ControlStore, 'readAssignment' | 'writeAssignment'>;
  readonly probes: Pick<Probes, 'probeAll'>;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly log: Log;
}

/**
 * Before an orderly end, a node that alerts hands over: its gate stays open until another one's is. Where that is not
 * possible the node ends anyway, and the others notice as they notice every failure. Never rejects. `afterwards`: what
 * else has to come to its end.
 */
export async function leave(leaving: Leaving, afterwards: () => readonly unknown[]): Promise<void> {
  await handOverIfPossible(leaving);
  for (const ended of await Promise.allSettled(afterwards()))
    if (ended.status === 'rejected') leaving.log('warn', 'leaves-in-disorder', { because: messageOf(ended.reason) });
}

async function handOverIfPossible(leaving: Leaving): Promise<void> {
  const { config, role, log } = leaving;
  const { node } = config;
  const paused = role.assignment?.paused ?? null;
  if (!role.isAssigned) return;
  if (paused !== null) {
    log('warn', 'leaves-without-hand-over', { because: `paused by ${paused.by}: nothing is moved by itself` });
    return;
  }
  try {
    const outcome = await handOver(leaving, null, `${node} is shutting down`);
    log(outcome.done ? 'info' : 'warn', outcome.done ? 'handed-over' : 'leaves-without-hand-over', {
      because: outcome.because,
      tookMs: outcome.tookMs ?? null,
    });
  } catch (error) {
    log('warn', 'leaves-without-hand-over', { because: messageOf(error) });
  }
}

/** Gives alerting to another node, as an operator would; `to` null: the best. @throws when S3 does not answer */
export function handOver(
  { config, nodes, store, probes, clock }: Omit<Leaving, 'role' | 'log'>,
  to: NodeId | null,
  reason: string,
): Promise<OperateOutcome> {
  const { node, policy } = config;
  return operate(
    { kind: 'switchover', to, reason },
    {
      store,
      nodes,
      probeAll: (knownEpoch) => probes.probeAll(policy.probe.timeoutMs, knownEpoch),
      operator: `the agent of ${node}`,
      policy,
      now: () => clock.now(),
      sleep: (ms) => clock.sleep(ms),
    },
  );
}
