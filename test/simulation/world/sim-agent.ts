import { WithheldAlerts } from '../../../agent/alerts/withheld';
import { Contact } from '../../../agent/base/contact';
import type { ProbesDeps } from '../../../agent/failover/probes';
import { Failover } from '../../../agent/failover/failover';
import type { Loop } from '../../../agent/base/loop';
import { pauseOf } from '../../../lib/core/failover/pause';
import type { Assignment } from '../../../lib/contract/documents/assignment';
import type { Probe } from '../../../lib/core/failover/health';
import type { SimStore } from './sim-store';
import { nameOf, type AgentSurroundings } from './surroundings';

/** Listening for one resend interval (15 s) fills the gate. */
const WARM_AFTER_MS = 15_000;

const LINGERS_MS = 3_000;

/** The agent of a node: its part in fail-over is the one that ships, on virtual time, links and a virtual disk. */
export class SimAgent {
  gateOpen = false;
  /** The last good assignment, as kept on the volume. */
  disk: Assignment | null = null;
  private failover: Failover | null = null;
  private loops: readonly Loop[] = [];
  private startedAt = 0;
  /** It was told to end, and its process has not ended yet. */
  private stopped = false;
  /** The highest epoch that it applied, on this disk. */
  private highest = 0;
  private asking = 0;
  private readonly withheld: WithheldAlerts;

  constructor(
    private readonly world: AgentSurroundings<SimStore>,
    private readonly index: number,
  ) {
    this.withheld = new WithheldAlerts(
      () => world.timeOf(index, () => true).now(),
      () => {},
    );
    this.withheld.follow(() => this.failover?.role.assignment ?? null);
  }

  get up(): boolean {
    return this.failover !== null && !this.stopped;
  }

  start(): void {
    const { world, index } = this;
    this.startedAt = world.kernel.now;
    this.stopped = false;
    this.asking = 0;
    const alive = (): boolean => this.failover === failover;
    const failover = new Failover({
      node: nameOf(index),
      policy: world.policy,
      nodes: () => world.names,
      addresses: () => world.addresses,
      store: this.watched(world.store.adapter(index, alive)),
      probe: this.counted(world.prober(index, alive)),
      ask: world.asker(index, alive),
      lastGood: { load: () => this.disk, save: (assignment) => (this.disk = assignment) },
      contact: new Contact(),
      setGate: (open) => this.setGate(open),
      onSuperseded: () => {},
      prometheusPid: () => (world.nodes[index]!.prometheus.running() ? 1 : null),
      clock: world.timeOf(index, alive),
      log: (_level, event, fields) => world.tellEvent(index, event, fields),
    });
    this.failover = failover;
    world.judge.sample();
    // Found dead by what the volume says of it.
    if (this.disk !== null && !world.nodes[index]!.prometheus.running()) failover.prometheusExited();
    this.loops = failover.begin(() => Promise.resolve());
  }

  /** The process is gone: whatever it waits for never comes. */
  kill(): void {
    this.failover = null;
    for (const loop of this.loops) loop.stop();
    this.setGate(false);
    this.world.judge.sample();
  }

  /** As systemd does it: the agent ends its loops, the process a little later. */
  stop(): void {
    const { failover } = this;
    for (const loop of this.loops) loop.stop();
    this.setGate(false);
    this.stopped = true;
    this.world.kernel.after(LINGERS_MS, () => failover === this.failover && this.stopped && this.kill());
    this.world.judge.sample();
  }

  loseDisk(): void {
    this.disk = null;
    this.highest = 0;
  }

  /** Lower than one that it applied before, by whatever way it forgot. */
  get forgotEpoch(): boolean {
    if (!this.up) return false;
    const applied = this.failover!.role.assignment?.epoch ?? 0;
    const forgot = applied < this.highest;
    this.highest = Math.max(applied, this.highest);
    return forgot;
  }

  /** Whether an alert would pass its gate, if that is open. */
  get tells(): boolean {
    return this.withheld.passes({ labels: { alertname: 'Any' } });
  }

  get hasApplied(): boolean {
    return (this.failover?.role.assignment ?? null) !== null;
  }

  /** What the agent says of itself on /v1/status. */
  get answers(): boolean {
    return this.failover !== null && !this.stopped;
  }

  status(): Probe['agent'] {
    if (this.failover === null || this.stopped) return null;
    const { assignment, storeReachable } = this.failover.role;
    const pause = pauseOf(assignment);
    const { seen } = this.failover.watcher;
    return {
      ...(seen === null ? {} : { watch: { node: seen.node, silentMs: seen.forMs } }),
      ...(pause === null ? {} : { pause }),
      ...(this.prometheusIsLate ? { rulesLate: { group: 'a', byMs: 9_000 } } : {}),
      appliedEpoch: assignment?.epoch ?? 0,
      gateOpen: this.gateOpen,
      gatePrimed: this.world.kernel.now - this.startedAt >= WARM_AFTER_MS,
      storeReachable,
    };
  }

  private get prometheusIsLate(): boolean {
    return this.world.nodes[this.index]!.prometheus.rulesAreLate();
  }

  /** Who asks for its status knows this epoch. */
  hear(epoch: number): void {
    if (this.up) this.failover!.hear(epoch);
  }

  exited(): void {
    if (this.up) this.failover!.prometheusExited();
  }

  /** Only rounds read the heartbeat. */
  private watched(store: ReturnType<SimStore['adapter']>): typeof store {
    const readHeartbeat = (): Promise<string | null> => {
      if (this.stopped) this.world.judge.violated(`${nameOf(this.index)} goes on with its rounds after its end`);
      return store.readHeartbeat();
    };
    return { ...store, readHeartbeat };
  }

  /** One round of probes and one attempt at a time: nobody is asked by more at once. */
  private counted(probe: ProbesDeps['probe']): typeof probe {
    const self = nameOf(this.index);
    return async (node, address, timeoutMs, knownEpoch) => {
      if (node !== self) return probe(node, address, timeoutMs, knownEpoch);
      this.asking += 1;
      if (this.asking > 2) this.world.judge.violated(`${self} makes two attempts at once`);
      const answer = await probe(node, address, timeoutMs, knownEpoch);
      this.asking -= 1;
      return answer;
    };
  }

  private setGate(open: boolean): void {
    if (open === this.gateOpen || this.stopped) return;
    this.gateOpen = open;
    this.world.judge.sample();
  }
}
