import type { Assignment } from '../../../lib/contract/documents/assignment';
import { bounds, effects, HARMLESS_PERCENT, limitOf, type Effect } from './bounds';
import { FUNCTIONS } from '../world/faults';
import { WithheldWatch } from './withheld';
import { nameOf } from '../world/surroundings';
import type { SimNode, World } from '../world/world';

export interface Gap {
  readonly cls: string;
  readonly ms: number;
  readonly limit: number;
}

const SLOWEST_TRIP_MS = 50;

/** Watches what is true and holds it against the invariants. */
export class Judge {
  readonly violations: string[] = [];
  readonly gaps: Gap[] = [];
  writes = 0;
  longestTwoGates = 0;
  private readonly effects: readonly Effect[];
  private readonly limits: ReturnType<typeof bounds>;
  private uncoveredSince: number | null = null;
  private first = true;
  private unofficialSince: number | null = null;
  private pause: { readonly epoch: number; readonly since: number } | null = null;
  /** Who is assigned, and since when. */
  private assigned = { node: '', at: 0 };
  private bothSince: number | null = null;
  private moves: number[] = [];
  private readonly activeOf = new Map<number, string>();
  /** By writer and node: when the writer last had reason to think that the node does not serve. */
  private readonly lastBad = new Map<number, number[]>();
  /** The same: since when, give or take what a run of probes may miss. */
  private readonly badSince = new Map<number, number[]>();
  private readonly lastGood: number[];
  private readonly tampered: boolean;
  private readonly pauses: boolean;

  private readonly withheld: WithheldWatch;

  constructor(private readonly world: World) {
    this.withheld = new WithheldWatch(world, (what) => this.violated(what));
    this.effects = effects(world.schedule, world.policy);
    this.limits = bounds(world.policy, world.nodes.length);
    this.lastGood = world.nodes.map(() => -Infinity);
    for (const writer of [...world.nodes.keys(), FUNCTIONS]) {
      this.lastBad.set(
        writer,
        world.nodes.map(() => -Infinity),
      );
      this.badSince.set(
        writer,
        world.nodes.map(() => 0),
      );
    }
    this.pauses = world.schedule.faults.some((f) => f.kind === 'pause');
    this.tampered = world.schedule.faults.some((f) => f.kind === 'assignment');
  }

  violated(what: string): void {
    this.violations.push(what);
    this.world.tell(`VIOLATED: ${what}`);
  }

  /** Called every 100 ms and whenever something changes at once. */
  sample(): void {
    const { world } = this;
    const { now } = world.kernel;
    let covered = false;
    let able = false;
    let open = 0;
    let unofficial: string | null = null;
    const truth = world.store.truth();
    if (truth !== null && truth.active !== this.assigned.node) this.assigned = { node: truth.active, at: now };
    for (const node of world.nodes) {
      const isHealthy = world.isHealthy(node);
      const { gateOpen } = node.agent;
      // Whose rules are late does not alert, where another one would.
      const outdone = this.isOutdone(node);
      if (node.agent.forgotEpoch) this.violated(`${nameOf(node.index)} forgot an epoch that it had applied`);
      if (isHealthy) this.lastGood[node.index] = now;
      this.noteEvidence(node, isHealthy && gateOpen && !outdone);
      if (isHealthy && !node.isolated && node.prometheus.scraping()) {
        covered ||= gateOpen && !outdone;
        able ||= node.addMs + SLOWEST_TRIP_MS < world.policy.probe.timeoutMs;
      }
      if (isHealthy && gateOpen) {
        open += 1;
        if (truth !== null && truth.paused === null && truth.active !== nameOf(node.index))
          unofficial = nameOf(node.index);
      }
    }
    if (this.pauses) this.watchPause(now);
    this.watchCover(covered, able, now);
    this.watchGates(open, now);
    this.watchOffice(unofficial, now);
    this.withheld.sample();
  }

  onWrite(from: number, previous: Assignment | null, next: Assignment): void {
    const { world } = this;
    const { now } = world.kernel;
    const assignedAt = this.assigned.at;
    this.sample();
    this.writes += 1;
    const by = from === FUNCTIONS ? 'functions' : nameOf(from);
    world.tell(`epoch ${next.epoch}: ${next.active} (${by}, ${next.by}): ${next.reason}`);
    if (next.epoch <= (previous?.epoch ?? 0))
      this.violated(`epoch ${next.epoch} does not rise above ${previous?.epoch}`);
    this.checkAccepted(from, next.epoch);
    this.withheld.onWrite(by, previous, next);
    const known = this.activeOf.get(next.epoch);
    if (known !== undefined && known !== next.active && !this.tampered) {
      this.violated(`epoch ${next.epoch} has two active nodes, ${known} and ${next.active}`);
    }
    this.activeOf.set(next.epoch, next.active);
    if (previous?.paused) this.violated(`${by} wrote epoch ${next.epoch} although the assignment is paused`);
    if (next.paused !== null) return; // its pause is put back: nothing moves
    this.checkPauseKept(previous, next, by);
    const target = world.names.indexOf(next.active);
    if (previous?.active === next.active) {
      if (!this.tampered) this.violated(`epoch ${next.epoch} changes nothing`);
      return;
    }
    if (!(now - this.lastGood[target]! <= this.limits.evidence)) {
      this.violated(`${next.active} was promoted though it was not ready and scraping`);
    }
    if (previous === null) return;
    const bad = this.lastBad.get(from)![world.names.indexOf(previous.active)]!;
    if (!(now - bad <= this.limits.evidence)) {
      this.violated(`alerting moved from ${previous.active} to ${next.active} though ${previous.active} did its work`);
    }
    this.checkPatience(from, next, world.names.indexOf(previous.active), assignedAt);
    this.checkDamping(now);
    this.moves.push(now);
  }

  finish(): void {
    const { world } = this;
    this.endGap(world.kernel.now);
    const automatic = world.schedule.faults.every((f) => f.kind === 'loss' && f.percent <= HARMLESS_PERCENT);
    if (automatic && this.writes !== 1)
      this.violated(`${this.writes} writes without any fault, expected the first one only`);
  }

  private isOutdone(node: SimNode): boolean {
    return (
      node.prometheus.rulesAreLate() &&
      this.world.nodes.some(
        (other) => other !== node && this.world.isHealthy(other) && !other.prometheus.rulesAreLate(),
      )
    );
  }

  private noteEvidence(node: SimNode, serving: boolean): void {
    const { now } = this.world.kernel;
    for (const [writer, nodes] of this.lastBad) {
      const seen =
        serving &&
        node.addMs === 0 &&
        node.loss <= HARMLESS_PERCENT / 100 &&
        (this.world.nodes[writer]?.loss ?? 0) <= HARMLESS_PERCENT / 100 &&
        (this.world.nodes[writer]?.addMs ?? 0) === 0 &&
        this.world.linked(writer, node.index);
      if (seen) continue;
      const calm = this.limits.silent;
      if (now - nodes[node.index]! > calm) this.badSince.get(writer)![node.index] = now;
      nodes[node.index] = now;
    }
  }

  private watchCover(covered: boolean, able: boolean, now: number): void {
    const paused = this.world.store.truth()?.paused ?? null;
    if (covered || !able || paused !== null) this.endGap(now);
    else if (this.uncoveredSince === null) {
      this.uncoveredSince = now;
      this.first = this.writes === 0;
    }
  }

  private endGap(now: number): void {
    if (this.uncoveredSince === null) return;
    const gap = { from: this.uncoveredSince, until: now, damped: this.isDamped(), first: this.first };
    this.uncoveredSince = null;
    const { cls, limit } = limitOf(gap, this.effects, this.world.schedule, this.world.policy);
    const ms = now - gap.from;
    this.gaps.push({ cls, ms, limit });
    if (ms > limit) {
      this.violated(
        `nobody alerted from ${(gap.from / 1000).toFixed(1)} s for ${(ms / 1000).toFixed(1)} s though somebody could; ` +
          `the bound is ${(limit / 1000).toFixed(1)} s (${cls})`,
      );
    }
  }

  private watchGates(open: number, now: number): void {
    if (open < 2 || this.isCut(now)) this.bothSince = null;
    else {
      this.bothSince ??= now;
      this.longestTwoGates = Math.max(this.longestTwoGates, now - this.bothSince);
      if (now - this.bothSince > this.limits.twoGates) {
        this.violated(
          `two gates are open ${(this.limits.twoGates / 1000).toFixed(1)} s after everybody could hear everybody`,
        );
        this.bothSince = Infinity;
      }
    }
  }

  /** One lost probe moves nothing: only an exit is certain at once. */
  private checkPatience(from: number, next: Assignment, previous: number, assignedAt: number): void {
    if (this.tampered || next.by === 'agent') return;
    const { fall, intervalMs } = this.world.policy.probe;
    // A standby judges a node from when it got its role: before, its gate was rightly closed.
    const judgedFrom = next.by === 'break-glass' ? assignedAt : 0;
    const since = this.world.kernel.now - Math.max(judgedFrom, this.badSince.get(from)![previous]!);
    if (since >= (fall - 1) * intervalMs - 200 || this.isSilentToBoth(next.by, since, previous)) return;
    this.violated(`alerting moved ${(since / 1000).toFixed(1)} s after the first miss`);
  }

  /** Sooner only the functions act, when they and another node have heard nothing of it for so long. */
  private isSilentToBoth(by: string, since: number, previous: number): boolean {
    const { silentMs, intervalMs } = this.world.policy.watch;
    if (by !== 'health-check' || since < silentMs - intervalMs - SLOWEST_TRIP_MS) return false;
    return this.world.nodes.some(({ index }) => {
      const now = this.world.kernel.now;
      const deaf = now - this.lastBad.get(index)![previous]! <= this.limits.evidence;
      return index !== previous && deaf && now - this.badSince.get(index)![previous]! >= silentMs - 3 * intervalMs;
    });
  }

  /** Who deletes the assignment, or puts an old one back, must not make nodes refuse the next. */
  private checkAccepted(from: number, epoch: number): void {
    const { nodes, schedule } = this.world;
    const reachable = schedule.faults.every((f) =>
      ['assignment', 'crash', 'hang', 'storm', 'control-down'].includes(f.kind),
    );
    const applied = Math.max(...nodes.map((node) => node.agent.status()?.appliedEpoch ?? 0));
    if (reachable && epoch <= applied)
      this.violated(`epoch ${epoch} (by ${from}) is refused by a node that applied ${applied}`);
  }

  /** Since when a node that can be asked knows of the pause of the highest epoch that is known. */
  private watchPause(now: number): void {
    const known = this.world.nodes.flatMap((node) => node.agent.status() ?? []);
    const highest = Math.max(0, ...known.map(({ appliedEpoch }) => appliedEpoch));
    const paused = known.some((agent) => agent.appliedEpoch === highest && agent.pause !== undefined);
    if (this.pause?.epoch === highest && paused) return;
    this.pause = paused ? { epoch: highest, since: now } : null;
  }

  /** A pause ends when an operator ends it, not when the bucket forgets it. */
  private checkPauseKept(previous: Assignment | null, next: Assignment, by: string): void {
    const { now } = this.world.kernel;
    if (this.pause === null || this.pause.epoch <= (previous?.epoch ?? 0) || this.isCut(now, 'assignment')) return;
    if (now - this.pause.since <= this.limits.evidence) return;
    this.violated(
      `${by} wrote epoch ${next.epoch} over ${previous?.epoch ?? 'nothing'} and forgot a pause that nodes know`,
    );
  }

  /** Who alerts without being assigned becomes so, or stops, once everybody can hear everybody. */
  private watchOffice(unofficial: string | null, now: number): void {
    if (unofficial === null || this.isDamped() || this.isCut(now)) this.unofficialSince = null;
    else this.unofficialSince ??= now;
    if (this.unofficialSince === null || now - this.unofficialSince <= this.limits.unofficial) return;
    this.violated(`${unofficial} alerts without being assigned for ${(this.limits.unofficial / 1000).toFixed(1)} s`);
    this.unofficialSince = Infinity;
  }

  private isCut(now: number, besides?: string): boolean {
    return this.effects.some((e) => e.cuts && e.cls !== besides && e.from <= now && now <= e.until);
  }

  private isDamped(): boolean {
    const { free, windowMs } = this.world.policy.flapping;
    return this.moves.filter((t) => t > this.world.kernel.now - windowMs).length >= free;
  }

  /** So many moves are free; from then on each keeps its distance, by the writers' clocks. */
  private checkDamping(now: number): void {
    if (this.tampered || !this.isDamped()) return;
    const skews = this.world.schedule.skews;
    const slack = Math.max(...skews) - Math.min(...skews) + this.limits.evidence;
    const since = now - this.moves.at(-1)!;
    if (since < this.world.policy.flapping.holdDownMs - slack) {
      this.violated(`move ${this.moves.length + 1} came only ${(since / 1000).toFixed(1)} s after the one before it`);
    }
  }
}
