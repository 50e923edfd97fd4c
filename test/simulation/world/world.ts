import type { AskWatched } from '../../../lib/shell/probes/watcher';
import type { ProbesDeps } from '../../../agent/failover/probes';
import type { CycleControl } from '../../../lambdas/health-check/cycle';
import type { Clock } from '../../../lib/shell/async/clock';
import type { Probe } from '../../../lib/core/failover/health';
import type { Policy } from '../../../lib/contract/documents/policy';
import { FUNCTIONS, type Schedule } from './faults';
import { Kernel, random } from './kernel';
import { SimAgent } from './sim-agent';
import { SimPrometheus } from './sim-prometheus';
import { SimStore } from './sim-store';
import { nameOf, type Watcher } from './surroundings';

/** As in lib/shell/probes/prober.ts. */
const AGAIN_MS = 250;

/** Virtual time 0 on a clock that is right. */
export const EPOCH = Date.UTC(2026, 0, 1);

export class SimNode {
  up = true;
  isolated = false;
  addMs = 0;
  /** Share of the packets that it sends and gets, each, that are lost. */
  loss = 0;
  readonly prometheus: SimPrometheus;
  readonly agent: SimAgent;

  constructor(
    world: World,
    readonly index: number,
  ) {
    this.prometheus = new SimPrometheus(world.kernel);
    this.agent = new SimAgent(world, index);
  }
}

/** What is true, as opposed to what anybody in it knows. */
export class World {
  readonly kernel = new Kernel();
  readonly random: () => number;
  readonly store: SimStore;
  readonly nodes: readonly SimNode[];
  readonly names: readonly string[];
  readonly addresses: ReadonlyMap<string, string>;
  readonly story: string[] = [];
  judge!: Watcher;
  private readonly cut = new Map<string, number>();

  constructor(
    readonly schedule: Schedule,
    readonly policy: Policy,
    private readonly telling: boolean,
  ) {
    this.random = random(schedule.seed);
    this.store = new SimStore(this);
    this.nodes = Array.from({ length: schedule.nodes }, (_, i) => new SimNode(this, i));
    this.names = this.nodes.map((n) => nameOf(n.index));
    this.addresses = new Map(this.names.map((name) => [name, name]));
  }

  tell(line: string): void {
    if (this.telling) this.story.push(`${(this.kernel.now / 1000).toFixed(3).padStart(8)} s  ${line}`);
  }

  /** An event of a node's log. */
  tellEvent(index: number, event: string, fields: Readonly<Record<string, unknown>> = {}): void {
    if (this.telling) this.tell(`${nameOf(index)} ${event}: ${String(fields.because ?? fields.error ?? '')}`);
  }

  /** Wall clock of an actor: right up to its skew. */
  clock(actor: number): number {
    return EPOCH + Math.round(this.kernel.now) + (this.schedule.skews[actor === FUNCTIONS ? 3 : actor] ?? 0);
  }

  cutLink(a: number, b: number, by: 1 | -1): void {
    const link = a < b ? `${a}-${b}` : `${b}-${a}`;
    this.cut.set(link, (this.cut.get(link) ?? 0) + by);
  }

  linked(a: number, b: number): boolean {
    if (a === b) return true;
    if (this.nodes[a]?.isolated || this.nodes[b]?.isolated) return false;
    return (this.cut.get(a < b ? `${a}-${b}` : `${b}-${a}`) ?? 0) === 0;
  }

  /** Time there and back, null when nothing comes back. */
  trip(a: number, b: number): number | null {
    if (!this.linked(a, b)) return null;
    if (a === b) return 1;
    return 4 + 36 * this.random() + (this.nodes[a]?.addMs ?? 0) + (this.nodes[b]?.addMs ?? 0);
  }

  /** Whether a new connection fails, for all that matters here: TCP asks again after a second. */
  isLost(a: number, b: number): boolean {
    if (a === b) return false;
    const loss = 1 - (1 - (this.nodes[a]?.loss ?? 0)) * (1 - (this.nodes[b]?.loss ?? 0));
    return loss > 0 && this.random() < 1 - (1 - loss) ** 2;
  }

  /** How long it takes until a question that is asked again and again gets through; null: not in time. */
  private lateBy(a: number, b: number, timeoutMs: number): number | null {
    for (let late = 0; late < timeoutMs; late += AGAIN_MS) if (!this.isLost(a, b)) return late;
    return null;
  }

  /** One probe as probeNode does it: Prometheus and the agent at once, one deadline for both. */
  probe(from: number, index: number, timeoutMs: number, knownEpoch: number, answer: (probe: Probe) => void): void {
    const node = this.nodes[index]!;
    const at = this.clock(from);
    const late = Math.max(...[0, 1].map(() => this.lateBy(from, index, timeoutMs) ?? Infinity));
    const way = this.trip(from, index);
    const trip = way === null ? null : way + late;
    const nothing: Probe = {
      node: nameOf(index),
      at,
      ready: false,
      scrapeLagMs: null,
      agent: null,
      errors: ['timeout'],
    };
    if (trip === null || !node.up || trip > timeoutMs) {
      this.kernel.after(timeoutMs, () => answer(nothing));
      return;
    }
    this.kernel.after(trip / 2, () => {
      if (!node.up) {
        this.kernel.after(timeoutMs - trip / 2, () => answer(nothing));
        return;
      }
      const { prometheus } = node;
      node.agent.hear(knownEpoch);
      const ready = prometheus.ready();
      const probe: Probe = {
        ...nothing,
        ready,
        scrapeLagMs: ready ? prometheus.lag() : null,
        agent: node.agent.status(),
      };
      // A hung process accepts and never answers; a dead one refuses at once.
      this.kernel.after(prometheus.hanging() ? timeoutMs - trip / 2 : trip / 2, () => answer(probe));
    });
  }

  /** Time for one process; once it is dead nothing wakes it. */
  timeOf(actor: number, alive: () => boolean): Clock {
    const { kernel } = this;
    return {
      now: () => this.clock(actor),
      elapsed: () => kernel.now,
      sleep: (ms) => kernel.promise((resolve) => kernel.after(ms, () => alive() && resolve())),
      repeat(ms, turn) {
        let stopped = false;
        const again = (): void => {
          if (stopped || !alive()) return;
          turn();
          kernel.after(ms, again);
        };
        kernel.after(ms, again);
        return { stop: () => (stopped = true) };
      },
    };
  }

  /** How a process probes one node; once it is dead it hears nothing. */
  prober(from: number, alive: () => boolean): ProbesDeps['probe'] {
    return (node, _address, timeoutMs, knownEpoch) =>
      this.kernel.promise((resolve) =>
        this.probe(from, this.names.indexOf(node), timeoutMs, knownEpoch, (probe) => alive() && resolve(probe)),
      );
  }

  /** How a process watches one node: what is not answered in time is never heard of. */
  asker(from: number, alive: () => boolean): AskWatched {
    return (name, _address, question, timeoutMs) => {
      const node = this.nodes[this.names.indexOf(name)]!;
      const trip = this.trip(from, node.index);
      return this.kernel.answer((resolve) => {
        if (trip === null || trip > timeoutMs || this.isLost(from, node.index)) return;
        const isThere = (): boolean => node.up && (question === 'agent' ? node.agent.answers : node.prometheus.ready());
        if (isThere()) this.kernel.after(trip, () => alive() && isThere() && resolve());
      });
    };
  }

  /** What a function's cycle gets from its shell. */
  control(alive: () => boolean): CycleControl {
    const probe = this.prober(FUNCTIONS, alive);
    const probeAll = async (timeoutMs: number, knownEpoch = 0): Promise<Map<string, Probe>> => {
      const probes = await Promise.all(this.names.map((node) => probe(node, '', timeoutMs, knownEpoch)));
      return new Map(probes.map((p) => [p.node, p]));
    };
    return {
      ...this.timeOf(FUNCTIONS, alive),
      store: this.store.adapter(FUNCTIONS, alive),
      nodes: this.names,
      policy: this.policy,
      ask: this.asker(FUNCTIONS, alive),
      addresses: {
        addresses: () => this.addresses,
        isComplete: true,
        refreshIfDue: () => Promise.resolve(),
        note: () => {},
      },
      probeAll,
      tell: (epoch) => probeAll(this.policy.verifyTimeoutMs, epoch),
    };
  }

  /** Ready and scraping, and its agent and gate are there. */
  isHealthy(node: SimNode): boolean {
    return node.up && node.agent.up && this.prometheusIsHealthy(node);
  }

  prometheusIsHealthy({ up, prometheus }: SimNode): boolean {
    const lag = prometheus.lag();
    return up && prometheus.ready() && lag !== null && lag <= this.policy.maxScrapeLagMs;
  }
}
