import type { Assignment, NodeId } from '../../lib/contract/documents/assignment';
import { isUnusableObject } from '../../lib/contract/errors';
import type { Policy } from '../../lib/contract/documents/policy';
import { isCalm, readDueIn } from '../../lib/core/failover/polling';
import { decideRole, supersededWhilePartitioned } from '../../lib/core/failover/role';
import { looksSilent } from '../../lib/core/failover/silence';
import { initialRole, type RoleDecision, type RoleInput, type RoleState } from '../../lib/core/failover/role-state';
import type { PromoteDeps } from '../../lib/shell/assignment/promote';
import type { ControlStore } from '../../lib/shell/assignment/store';
import type { Clock } from '../../lib/shell/async/clock';
import type { Contact } from '../base/contact';
import type { Watcher } from '../../lib/shell/probes/watcher';
import { messageOf, type Log } from '../base/log';
import type { LastGood } from './last-good';
import { NO_STREAK, type Probes } from './probes';
import { Takeover } from './takeover';

export interface RoleDeps {
  readonly node: NodeId;
  readonly policy: Policy;
  /** Nodes of the shard that are known, in order of preference. */
  readonly nodes: () => readonly NodeId[];
  readonly store: Pick<ControlStore, 'readAssignment' | 'writeAssignment' | 'readHeartbeat'>;
  readonly probes: Pick<Probes, 'probeAll' | 'tell' | 'streakOf' | 'forget' | 'peerIsAlerting' | 'selfIsHealthy'>;
  readonly watcher: Pick<Watcher, 'seen'>;
  readonly setGate: (open: boolean, because: string) => void;
  /** Another node took over while this one was cut off and went on alerting. */
  readonly onSuperseded: () => void;
  /** This node's Prometheus exited and does not work again yet. */
  readonly prometheusIsDown: () => boolean;
  readonly lastGood: LastGood;
  readonly contact: Contact;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly log: Log;
}

/** While the heartbeat decides nothing it is read this often: what matters is when it last changed once it does. */
const HEARTBEAT_CALM_MS = 10_000;

/** Every poll: read the store, decide by the core, move the gate, ask for promotion where due. */
export class RoleManager {
  private state: RoleState;
  private said = '';
  private refused: number | null = null;
  private heartbeatReadAt = -Infinity;
  private readAt = -Infinity;
  private askedAt = -Infinity;
  private takesOver = false;
  private failure: 'store-unreachable' | 'store-object-unusable' | null = null;
  because = 'Starting.';
  storeReachable = false;
  lastReadAt: number | null = null;
  storeErrors = 0;

  private readonly takeover: Takeover;

  constructor(private readonly deps: RoleDeps) {
    const { node, policy, nodes, store, probes, clock, log } = deps;
    this.state = initialRole(node, deps.lastGood.load(), clock.now());
    const promotion: PromoteDeps = {
      store,
      get nodes() {
        return nodes();
      },
      probeAll: (timeoutMs) => probes.probeAll(timeoutMs),
      // Its own gate waits for nobody.
      tell: (epoch) => void probes.tell(epoch),
      policy,
      now: () => clock.now(),
      sleep: (ms) => clock.sleep(ms),
    };
    this.takeover = new Takeover(promotion, (assignment) => this.apply(assignment), log);
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
    return this.state.assignment?.active === this.deps.node;
  }

  /** To be called every policy.pollMs, and at once after ask(). */
  async round(): Promise<void> {
    const waitMs = this.readDueIn;
    if (waitMs !== null) {
      if (waitMs > 0) await this.deps.clock.sleep(waitMs);
      await this.readAndDecide();
    }
    if (this.isAssigned && this.deps.prometheusIsDown()) this.reportExit();
  }

  /** Somebody knows of a later epoch, or has to know that there is none. */
  ask(): void {
    this.askedAt = this.deps.clock.now();
  }

  private async readAndDecide(): Promise<void> {
    const known = this.state.assignment;
    const read = await this.readStore();
    // What was written or read meanwhile is newer than a read that began before it: that one says nothing of a loss.
    const overtaken = read !== null && this.state.assignment !== known;
    this.decide(overtaken ? { ...read, assignment: newest(read.assignment, this.state.assignment) } : read);
  }

  private get readDueIn(): number | null {
    const { probes, watcher, policy, clock } = this.deps;
    const active = this.state.assignment?.active;
    const polling = {
      readAt: this.readAt,
      askedAt: this.askedAt,
      isCalm:
        this.storeReachable &&
        !this.takesOver &&
        !looksSilent(watcher.seen?.forMs ?? 0, policy) &&
        isCalm(this.state, active === undefined ? NO_STREAK : probes.streakOf(active), probes.peerIsAlerting),
    };
    return readDueIn(polling, policy, clock.now());
  }

  /** An own Prometheus that exited is certain: nobody has to count probes. */
  reportExit(): void {
    this.takeover.ask({ caller: 'agent', exited: this.deps.node });
  }

  /** Applies what was just written or read, without waiting for the next poll. */
  apply(assignment: Assignment): void {
    this.decide({ assignment, heartbeat: this.state.heartbeat.text });
  }

  /** From the first probe that the alerting node misses, two probes before anybody acts on it. */
  private get heartbeatMatters(): boolean {
    const { probes } = this.deps;
    const active = this.state.assignment?.active;
    if (this.isAssigned) return false;
    return !probes.peerIsAlerting || active === undefined || probes.streakOf(active).consecutiveFailures > 0;
  }

  /** Bounded by the store's time-outs; null when there was no usable answer. */
  private async readStore(): Promise<RoleInput['store']> {
    const { store, log, contact } = this.deps;
    const began = this.deps.clock.now();
    this.readAt = began;
    try {
      const wanted = this.heartbeatMatters || began - this.heartbeatReadAt >= HEARTBEAT_CALM_MS;
      const [read, heartbeat] = await Promise.all([
        store.readAssignment(),
        wanted ? store.readHeartbeat() : this.state.heartbeat.text,
      ]);
      if (wanted) this.heartbeatReadAt = began;
      if (!this.storeReachable) log('info', 'store-reachable');
      this.failure = null;
      this.storeReachable = true;
      this.lastReadAt = this.deps.clock.now();
      contact.storeReadAt = began; // what it says is not older
      return { assignment: read?.assignment ?? null, heartbeat };
    } catch (error) {
      this.storeErrors += 1;
      this.sayFailure(error);
      this.storeReachable = false;
      return null;
    }
  }

  /** Once of each kind: an S3 that does not answer is another matter than what lies there and cannot be used. */
  private sayFailure(error: unknown): void {
    const failure = isUnusableObject(error) ? 'store-object-unusable' : 'store-unreachable';
    if (failure === this.failure) return;
    this.failure = failure;
    this.deps.log('warn', failure, isUnusableObject(error) ? { ...error.problem } : { error: messageOf(error) });
  }

  private decide(store: RoleInput['store']): void {
    const { node, policy, nodes, probes, setGate } = this.deps;
    const active = this.state.assignment?.active;
    const streak = active === undefined ? NO_STREAK : probes.streakOf(active);
    const before = this.state.assignment;
    const now = this.deps.clock.now();
    const decision = decideRole(
      this.state,
      {
        store,
        activeFailures: streak.consecutiveFailures,
        activeSuccesses: streak.consecutiveSuccesses,
        peerIsAlerting: probes.peerIsAlerting,
        selfIsHealthy: probes.selfIsHealthy,
        standbyRank: Math.max(
          0,
          nodes()
            .filter((other) => other !== active)
            .indexOf(node),
        ),
        attempt: this.takeover.takeResult(),
      },
      policy,
      now,
    );
    const superseded = supersededWhilePartitioned(this.state, decision, policy, now);
    this.state = decision.state;
    this.deps.contact.brokeGlass = decision.state.breakGlass !== null;
    this.takesOver = decision.takeOver;
    const next = this.state.assignment?.active;
    if (next !== undefined && next !== active) probes.forget(next);
    this.because = decision.because;
    setGate(decision.gate === 'open', decision.because);
    if (superseded) this.deps.onSuperseded();
    this.say(decision);
    const { assignment } = this.state;
    this.sayRefused(store?.assignment?.epoch ?? null);
    if (decision.takeOver) {
      const consecutiveFailures =
        next === undefined ? undefined : { node: next, count: probes.streakOf(next).consecutiveFailures };
      this.takeover.ask({ caller: 'break-glass', consecutiveFailures });
    }
    // Last, so that a full disk cannot keep the gate from moving.
    if (assignment !== null && assignment !== before) this.deps.lastGood.save(assignment);
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

function newest(read: Assignment | null, known: Assignment | null): Assignment | null {
  return (read?.epoch ?? 0) >= (known?.epoch ?? 0) ? read : known;
}
