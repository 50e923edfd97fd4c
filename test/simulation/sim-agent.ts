import { promote, type PromoteRequest } from '../../lib/shell/assignment/promote';
import type { Assignment } from '../../lib/contract/documents/assignment';
import { pauseOf } from '../../lib/core/failover/pause';
import { serves, works, type Probe } from '../../lib/core/failover/health';
import { decideRole, initialRole, type RoleInput, type RoleState } from '../../lib/core/failover/role';
import { nameOf, type World } from './world';

/** Listening for one resend interval (15 s) fills the gate. */
const WARM_AFTER_MS = 15_000;

/** The agent of a node: rounds, peer probes, reports of exits, the gate. The decisions are the real ones. */
export class SimAgent {
  up = false;
  gateOpen = false;
  /** The last good assignment, as kept on the volume. */
  disk: Assignment | null = null;
  private life = 0;
  private startedAt = 0;
  private role: RoleState;
  private storeReachable = false;
  private seen = new Map<string, Probe>();
  prometheusIsDown = false;
  private misses = 0;
  private hits = 0;
  private counted: string | null = null;
  private attempt: RoleInput['attempt'] = 'none';
  private asking = false;
  private said = '';

  constructor(
    private readonly world: World,
    readonly index: number,
  ) {
    this.role = initialRole(nameOf(index), null, 0);
  }

  start(): void {
    const { kernel, policy } = this.world;
    this.up = true;
    const life = ++this.life;
    this.startedAt = kernel.now;
    this.role = initialRole(nameOf(this.index), this.disk, this.world.clock(this.index));
    this.storeReachable = false;
    this.seen = new Map();
    this.misses = this.hits = 0;
    this.attempt = 'none';
    this.asking = false;
    this.world.judge.sample();
    this.round(life);
    const probing = (): void => {
      if (life !== this.life) return;
      this.probeAll(life);
      kernel.after(policy.probe.intervalMs, probing);
    };
    kernel.after(policy.probe.intervalMs * this.world.random(), probing);
  }

  stop(): void {
    this.up = false;
    this.life += 1;
    this.gateOpen = false;
    this.world.judge.sample();
  }

  /** What the agent says of itself on /v1/status. */
  status(): Probe['agent'] {
    if (!this.up) return null;
    const pause = pauseOf(this.role.assignment);
    return {
      ...(pause === null ? {} : { pause }),
      appliedEpoch: this.role.assignment?.epoch ?? 0,
      gateOpen: this.gateOpen,
      gateWarm: this.world.kernel.now - this.startedAt >= WARM_AFTER_MS,
      storeReachable: this.storeReachable,
    };
  }

  /** Its Prometheus exited: certain knowledge, reported at once and in every round until it works again. */
  exited(): void {
    if (this.up && this.role.assignment?.active === nameOf(this.index)) {
      this.ask({ caller: 'agent', exited: nameOf(this.index) }, this.life);
    }
  }

  private round(life: number): void {
    const { kernel, store, policy } = this.world;
    const began = kernel.now;
    store.look(this.index, (error, seen) => {
      if (life !== this.life) return;
      this.storeReachable = error === null;
      this.decide(error === null ? seen : null, life);
      kernel.after(policy.pollMs - (kernel.now - began), () => life === this.life && this.round(life));
    });
  }

  private decide(store: RoleInput['store'], life: number): void {
    const { world } = this;
    const { policy } = world;
    const self = nameOf(this.index);
    const active = this.role.assignment?.active ?? null;
    const decision = decideRole(
      this.role,
      {
        store,
        activeMisses: active === null ? 0 : this.misses,
        activeHits: active === null ? 0 : this.hits,
        peerAlerts: [...this.seen.values()].some((probe) => probe.node !== self && serves(probe, policy)),
        selfWorks: this.seen.has(self) && works(this.seen.get(self)!, policy),
        standbyRank: Math.max(0, world.names.filter((node) => node !== active).indexOf(self)),
        attempt: this.attempt,
      },
      policy,
      world.clock(this.index),
    );
    if (decision.because !== this.said) world.tell(`${self}: ${decision.because}`);
    this.said = decision.because;
    this.attempt = 'none';
    this.role = decision.state;
    this.disk = decision.state.assignment;
    if (this.gateOpen !== (decision.gate === 'open')) {
      this.gateOpen = decision.gate === 'open';
      world.judge.sample();
    }
    this.recount();
    if (decision.takeOver) {
      this.ask(
        { caller: 'break-glass', ...(active === null ? {} : { misses: { node: active, count: this.misses } }) },
        life,
      );
    } else if (this.gateOpen && this.prometheusIsDown) this.exited();
  }

  /** One call at a time, in the background; what it found is applied at once. */
  private ask(request: PromoteRequest, life: number): void {
    if (this.asking) return;
    this.asking = true;
    const done = (attempt: RoleInput['attempt'], because: string): void => {
      this.world.tell(`${nameOf(this.index)} asks (${request.caller}): ${because}`);
      this.attempt = attempt;
    };
    promote(
      request,
      this.world.deps(this.index, () => life === this.life),
    ).then(
      (outcome) => {
        done(outcome.acted ? 'written' : 'refused', outcome.because);
        const { assignment } = outcome;
        // What came back decides at once, but only the next round may ask again.
        if (assignment !== null) this.decide({ assignment, heartbeat: this.role.heartbeat.text }, life);
        this.asking = false;
      },
      (error: Error) => {
        done('store-failed', error.message);
        this.asking = false;
      },
    );
  }

  private probeAll(life: number): void {
    const { world } = this;
    for (const node of world.nodes) {
      world.probe(this.index, node.index, world.policy.probe.timeoutMs, (probe) => {
        if (life !== this.life) return;
        this.seen.set(probe.node, probe);
        if (node.index === this.index && works(probe, world.policy)) this.prometheusIsDown = false;
        if (probe.node !== this.counted) return;
        const ok = serves(probe, world.policy);
        this.hits = ok ? this.hits + 1 : 0;
        this.misses = ok ? 0 : this.misses + 1;
      });
    }
  }

  /** Counts belong to one node in its role: whoever is assigned now starts from nothing. */
  private recount(): void {
    const active = this.role.assignment?.active ?? null;
    if (active === this.counted) return;
    this.counted = active;
    this.misses = this.hits = 0;
  }
}
