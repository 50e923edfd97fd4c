import type { Assignment } from '../../lib/contract/documents/assignment';
import type { NodeConfig } from '../../lib/contract/documents/node-config';
import {
  decideRole,
  initialRole,
  supersededWhileCutOff,
  type RoleDecision,
  type RoleInput,
  type RoleState,
} from '../../lib/core/failover/role';
import type { ControlStore } from '../../lib/shell/assignment/store';
import { messageOf, type Log } from '../base/log';
import { loadLastGood, saveLastGood } from './last-good';
import type { Probes } from './probes';
import type { Takeover } from './takeover';

export interface RoleDeps {
  readonly config: NodeConfig;
  /** Nodes of the shard that are known, in order of preference. */
  readonly nodes: () => readonly string[];
  readonly store: Pick<ControlStore, 'readAssignment' | 'readHeartbeat'>;
  readonly probes: Probes;
  readonly takeover: Takeover;
  readonly applyGate: (gate: RoleDecision['gate'], because: string) => void;
  /** Another node took over while this one was cut off and went on alerting. */
  readonly onSuperseded: () => void;
  /** This node's Prometheus exited and does not work again yet. */
  readonly prometheusIsDown: () => boolean;
  readonly file: string;
  readonly log: Log;
}

/** Every poll: read the store, decide by the core, move the gate, ask for promotion where due. */
export class RoleKeeper {
  private state: RoleState;
  private said = '';
  private refused: number | null = null;
  because = 'Starting.';
  storeReachable = false;
  lastReadAt: number | null = null;
  /** When that read began: what it tells is not older. */
  lastReadBeganAt: number | null = null;
  storeErrors = 0;

  constructor(private readonly deps: RoleDeps) {
    this.state = initialRole(deps.config.node, loadLastGood(deps.file, deps.log), Date.now());
  }

  get assignment(): Assignment | null {
    return this.state.assignment;
  }

  get breakGlass(): RoleState['breakGlass'] {
    return this.state.breakGlass;
  }

  get role(): 'active' | 'standby' | 'unassigned' {
    if (this.state.breakGlass !== null || this.isAssigned) return 'active';
    return this.state.assignment === null ? 'unassigned' : 'standby';
  }

  get isAssigned(): boolean {
    return this.state.assignment?.active === this.deps.config.node;
  }

  async round(): Promise<void> {
    this.decide(await this.readStore());
    if (this.isAssigned && this.deps.prometheusIsDown()) this.reportExit();
  }

  /** An own Prometheus that exited is certain: nobody has to count probes. */
  reportExit(): void {
    this.deps.takeover.ask({ caller: 'agent', exited: this.deps.config.node });
  }

  /** Applies what was just written or read, without waiting for the next poll. */
  apply(assignment: Assignment): void {
    this.decide({ assignment, heartbeat: this.state.heartbeat.text });
  }

  /** Bounded by the store's time-outs; null when there was no usable answer. */
  private async readStore(): Promise<RoleInput['store']> {
    const { store, log } = this.deps;
    const began = Date.now();
    try {
      const [read, heartbeat] = await Promise.all([store.readAssignment(), store.readHeartbeat()]);
      if (!this.storeReachable) log('info', 'store-reachable');
      this.storeReachable = true;
      this.lastReadAt = Date.now();
      this.lastReadBeganAt = began;
      return { assignment: read?.assignment ?? null, heartbeat };
    } catch (error) {
      this.storeErrors += 1;
      if (this.storeReachable || this.storeErrors === 1) log('warn', 'store-unreachable', { error: messageOf(error) });
      this.storeReachable = false;
      return null;
    }
  }

  private decide(store: RoleInput['store']): void {
    const { config, nodes, probes, takeover, applyGate, file } = this.deps;
    const active = this.state.assignment?.active;
    const streak = active === undefined ? { hits: 0, misses: 0 } : probes.streakOf(active);
    const before = this.state.assignment;
    const now = Date.now();
    const decision = decideRole(
      this.state,
      {
        store,
        activeMisses: streak.misses,
        activeHits: streak.hits,
        peerAlerts: probes.peerAlerts,
        selfWorks: probes.selfWorks,
        standbyRank: Math.max(
          0,
          nodes()
            .filter((node) => node !== active)
            .indexOf(config.node),
        ),
        attempt: takeover.takeResult(),
      },
      config.policy,
      now,
    );
    const superseded = supersededWhileCutOff(this.state, decision, config.policy, now);
    this.state = decision.state;
    const next = this.state.assignment?.active;
    if (next !== undefined && next !== active) probes.forget(next);
    this.because = decision.because;
    applyGate(decision.gate, decision.because);
    if (superseded) this.deps.onSuperseded();
    this.say(decision);
    const { assignment } = this.state;
    this.sayRefused(store?.assignment?.epoch ?? null);
    if (decision.takeOver) {
      const misses = next === undefined ? undefined : { node: next, count: probes.streakOf(next).misses };
      takeover.ask({ caller: 'break-glass', misses });
    }
    // Last, so that a full disk cannot keep the gate from moving.
    if (assignment !== null && assignment !== before) saveLastGood(file, assignment);
  }

  /** A restored or delayed older document never takes effect. */
  private sayRefused(read: number | null): void {
    const applied = this.state.assignment?.epoch ?? 0;
    const refused = read !== null && read < applied ? read : null;
    if (refused !== null && refused !== this.refused) this.deps.log('warn', 'older-epoch-refused', { read, applied });
    this.refused = refused;
  }

  /** Times in the sentence change every round; only a new statement is logged. */
  private say({ because, gate, state }: RoleDecision): void {
    const what = because.replace(/\d+/g, '#') + String(state.assignment?.epoch);
    if (what === this.said) return;
    this.said = what;
    const { assignment } = state;
    this.deps.log(state.breakGlass === null ? 'info' : 'error', 'role', {
      role: this.role,
      epoch: assignment?.epoch ?? 0,
      active: assignment?.active ?? null,
      gate,
      because,
    });
  }
}
