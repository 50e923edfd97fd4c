import type { OperateOutcome } from '../../lib/shell/assignment/operate';
import type { NodeId } from '../../lib/contract/documents/assignment';
import type { NodeConfig } from '../../lib/contract/documents/node-config';
import { corruptionScore, decideRepair, type Repair } from '../../lib/core/tsdb/repair';
import type { Log } from '../base/log';
import type { Supervisor } from '../process/supervisor';
import type { Probes } from '../failover/probes';
import type { RoleManager } from '../failover/role-manager';
import { RepairState } from './repair-memory';
import type { Scrubber } from './scrubber';

export interface RepairerOptions {
  readonly config: NodeConfig;
  /** Where it is written down for what it restarted Prometheus. */
  readonly file: string;
  /** Of the shard, in order of preference. */
  readonly nodes: () => readonly NodeId[];
  readonly scrubber: Pick<Scrubber, 'repairable' | 'status'>;
  readonly prometheus: Pick<Supervisor, 'signal' | 'pid'>;
  readonly role: Pick<RoleManager, 'assignment' | 'role'>;
  readonly probes: Pick<Probes, 'probeAll'>;
  readonly gateIsOpen: () => boolean;
  /** Gives alerting to another node and looks whether it took it. */
  readonly handOver: (to: NodeId, reason: string) => Promise<OperateOutcome>;
  readonly log: Log;
}

/** Has corruption of a running TSDB repaired without waiting for the death of its Prometheus, and never while it alerts. */
export class Repairer {
  private readonly memory: RepairState;
  private since: number | null = null;
  private handedOverAt: number | null = null;
  private said = '';

  constructor(private readonly options: RepairerOptions) {
    this.memory = new RepairState(options.file, options.log);
  }

  async round(): Promise<void> {
    const { config, nodes, scrubber, prometheus, role, probes, gateIsOpen, handOver } = this.options;
    const corruption = scrubber.repairable;
    if (corruption.length === 0) {
      this.since = null;
      this.said = '';
      if (prometheus.pid !== null && scrubber.status.lastPassAt !== null)
        this.memory.repaired(scrubber.status.lastPassAt);
      return;
    }
    this.since ??= Date.now();
    const seen = await probes.probeAll(config.policy.probe.timeoutMs);
    const others = nodes().flatMap((node) => (node === config.node ? [] : (seen.get(node) ?? [])));
    const { tried, restartedAt } = this.memory.read();
    const decision = decideRepair(
      {
        corruption,
        since: this.since,
        score: corruptionScore(scrubber.status.corruption),
        tried: new Set(tried),
        alerts: role.role === 'active' || gateIsOpen(),
        paused: (role.assignment?.paused ?? null) !== null,
        active: role.assignment?.active ?? null,
        others,
        restartedAt,
        handedOverAt: this.handedOverAt,
      },
      config.policy,
      Date.now(),
    );
    this.say(decision);
    if (decision.do === 'hand-over') {
      this.handedOverAt = Date.now();
      const { done, because } = await handOver(decision.to, decision.because);
      this.options.log(done ? 'info' : 'warn', 'corruption-handed-over', { done, because });
    }
    if (decision.do === 'restart') {
      // Written down first: an agent that dies here must not restart it again and again.
      this.memory.restarting(corruption, Date.now());
      prometheus.signal('SIGTERM');
    }
  }

  private say(decision: Repair): void {
    const what = `${decision.do} ${decision.because}`;
    if (what !== this.said)
      this.options.log(decision.do === 'wait' ? 'info' : 'warn', 'corruption-repair', { ...decision });
    this.said = what;
  }
}
