import fc from 'fast-check';
import { crashLoop, loopFinding, type Exit } from '../../lib/core/tsdb/crash-loop';
import { finding, KINDS, type CorruptionClass, type Finding } from '../../lib/core/tsdb/corruption';
import type { Inventory } from '../../lib/contract/documents/agent/inventory';
import { DEFAULT_POLICY } from '../../lib/contract/documents/policy';
import { nextRecoveryStep } from '../../lib/core/tsdb/recovery-plan';
import type { RepairStep } from '../../lib/core/tsdb/repair-steps';
import { corruptionScore, decideRepair } from '../../lib/core/tsdb/repair';
import type { Probe } from '../../lib/core/failover/health';

/**
 * Two nodes, what storage does to them, and the decisions of the core that answer: before a start, while one runs, and
 * who alerts meanwhile. Steps of five seconds.
 */
const STEP_MS = 5_000;
const PASS_STEPS = 6;
const ULID = '01ARZ3NDEKTSV4RRFFQ69G5FA0';
const INVENTORY: Inventory = { version: 1, at: '', segments: {}, blocks: {}, notLoadedSince: null };
const STORAGE_LOG = `${JSON.stringify({ level: 'ERROR', err: 'opening storage failed: x' })}\n`;

type Stubborn = 'repairs' | 'never repairs' | 'only a new head helps';

class Node {
  corruption: Finding[] = [];
  /** What the scrub cannot see, and Prometheus does not start with; in the head, or anywhere. */
  hidden: 'none' | 'head' | 'anywhere' = 'none';
  stubborn: Stubborn = 'repairs';
  up = true;
  asks = false;
  alerts: boolean;
  kept = 0;
  private startsAt = 0;
  private exits: Exit[] = [];
  private headIsAside = false;
  private seen: string[] = [];
  private repairable: string[] = [];
  private tried = new Set<string>();
  private since: number | null = null;
  private restartedAt: number | null = null;
  private handedOverAt: number | null = null;
  steps = 0;
  restarts = 0;

  constructor(
    readonly name: string,
    alerts: boolean,
  ) {
    this.alerts = alerts;
  }

  probe(at: number): Probe {
    return {
      node: this.name,
      at,
      ready: this.up,
      scrapeLagMs: 500,
      agent: {
        appliedEpoch: 1,
        gateOpen: this.alerts,
        gatePrimed: this.up,
        storeReachable: true,
        corruption: this.corruption,
      },
      errors: [],
    };
  }

  crash(now: number, how = 'signal SIGKILL'): void {
    // While it starts, too.
    this.exits.push({ at: now, how, wasReady: this.up });
    this.up = false;
    this.startsAt = now + STEP_MS;
  }

  /** The agent dies: what it had in memory only is gone. */
  forget(): void {
    this.exits = [];
    this.headIsAside = false;
    this.seen = [];
    this.repairable = [];
    this.handedOverAt = null;
  }

  start(now: number): void {
    if (this.up || now < this.startsAt) return;
    const climbed: (string | null)[] = [];
    for (;;) {
      const loop = crashLoop(this.exits, STORAGE_LOG, now);
      const looping = loop === null ? [] : [loopFinding(loop, this.headIsAside)];
      const findings = [...this.corruption, ...looping];
      const step = nextRecoveryStep(findings, INVENTORY, climbed);
      this.asks = step.do === 'ask-volume';
      if (step.do === 'ask-volume' && !step.startMeanwhile) {
        this.startsAt = now + 30_000;
        return;
      }
      if (step.do !== 'repair') break;
      climbed.push(this.mend(step.steps));
      this.steps += 1;
      // A ladder has an end: a start repairs a few times, and parts with the head once.
      if (climbed.length > 5) throw new Error('the ladder has no end');
    }
    if (this.corruption.some((f) => f.ifStarted === 'destroys')) throw new Error('a start destroys what is good');
    const refuses = this.hidden !== 'none' || this.corruption.some((f) => f.ifStarted === 'refuses');
    if (refuses) {
      this.exits.push({ at: now, how: 'exit code 1', wasReady: false });
      this.startsAt = now + 30_000;
      return;
    }
    this.up = true;
    this.exits = [];
    this.headIsAside = false;
  }

  private mend(steps: readonly RepairStep[]): string | null {
    if (this.stubborn === 'never repairs') return 'no space left';
    const head = steps.some((step) => step.do === 'quarantine-head');
    if (head) {
      if (!this.headIsAside) this.exits = [];
      this.headIsAside = true;
      if (this.hidden === 'head') this.hidden = 'none';
    }
    // What is quarantined is kept: nothing that was there is gone.
    this.kept += 1;
    const block = (f: Finding): boolean => f.class.startsWith('block') || f.class === 'volume-unreadable';
    if (head) this.corruption = this.corruption.filter(block);
    else if (this.stubborn === 'repairs') this.corruption = this.corruption.filter((f) => f.repair === 'none');
    return null;
  }

  scrub(): void {
    if (!this.up) return;
    if (!this.corruption.some((f) => f.ifStarted === 'refuses' && f.repair === 'none')) this.asks = false;
    const found = this.corruption.filter((f) => f.repair !== 'none').map((f) => `${f.class} ${f.path}`);
    this.repairable = found.filter((what) => this.seen.includes(what));
    this.seen = found;
    if (found.length === 0) this.tried.clear();
  }

  repair(other: Node, now: number): void {
    if (!this.up) return;
    this.since = this.repairable.length === 0 ? null : (this.since ?? now);
    const decision = decideRepair(
      {
        corruption: this.repairable,
        since: this.since ?? now,
        score: corruptionScore(this.corruption),
        tried: this.tried,
        alerts: this.alerts,
        paused: false,
        active: this.alerts ? this.name : other.name,
        others: [other.probe(now)],
        restartedAt: this.restartedAt,
        handedOverAt: this.handedOverAt,
      },
      DEFAULT_POLICY,
      now,
    );
    if (decision.do === 'hand-over') {
      expect(other.up).toBe(true);
      this.handedOverAt = now;
      other.alerts = true;
      this.alerts = false;
    }
    if (decision.do === 'restart') {
      // Never the last one that serves.
      expect({ alerts: this.alerts, other: other.up && other.alerts }).toEqual({ alerts: false, other: true });
      for (const what of this.repairable) this.tried.add(what);
      this.restartedAt = now;
      this.restarts += 1;
      this.up = false;
      this.startsAt = now + STEP_MS;
    }
  }
}

const kinds = (Object.keys(KINDS) as CorruptionClass[]).filter((k) => !['crash-loop', 'replay-stuck'].includes(k));
const event = fc.record({
  node: fc.nat(1),
  afterSteps: fc.integer({ min: 0, max: 30 }),
  what: fc.oneof(
    fc.record({ corruption: fc.constantFrom(...kinds), index: fc.nat(3) }),
    fc.record({ hidden: fc.constantFrom('head' as const, 'anywhere' as const) }),
    fc.constantFrom('crash' as const, 'agent-dies' as const, 'scrub-again' as const),
  ),
});
const story = fc.record({
  stubborn: fc.tuple(
    ...([0, 1].map(() =>
      fc.constantFrom<Stubborn>('repairs', 'repairs', 'repairs', 'never repairs', 'only a new head helps'),
    ) as [fc.Arbitrary<Stubborn>, fc.Arbitrary<Stubborn>]),
  ),
  events: fc.array(event, { maxLength: 12 }),
});

const directoryOf = (kind: CorruptionClass): string =>
  kind.startsWith('block') ? ULID : kind.startsWith('head') ? 'chunks_head' : 'wal';

test('whatever happens to two nodes: each ends ready or in a page, climbs so often and no more, and one serves', () => {
  fc.assert(
    fc.property(story, ({ stubborn, events }) => {
      const nodes = [new Node('node-1', true), new Node('node-2', false)] as const;
      nodes.forEach((node, i) => (node.stubborn = stubborn[i]!));
      let now = 1_000_000;
      let step = 0;
      const turn = (): void => {
        now += STEP_MS;
        step += 1;
        for (const [i, node] of nodes.entries()) {
          const other = nodes[1 - i]!;
          node.start(now);
          if (step % PASS_STEPS === 0) node.scrub();
          node.repair(other, now);
          // What the rest of the system does: a node that is down loses its office to one that is not.
          if (node.alerts && !node.up && other.up) [node.alerts, other.alerts] = [false, true];
        }
        if (nodes[0].alerts === nodes[1].alerts) throw new Error('not exactly one node alerts');
      };
      for (const { node: i, afterSteps, what } of events) {
        for (let s = 0; s < afterSteps; s += 1) turn();
        const node = nodes[i]!;
        if (what === 'crash') node.crash(now);
        else if (what === 'agent-dies') node.forget();
        else if (what === 'scrub-again') node.scrub();
        else if ('hidden' in what) node.hidden = what.hidden;
        else {
          const { corruption, index } = what;
          node.corruption.push(finding(corruption, { path: `${directoryOf(corruption)}/${index}` }, corruption));
        }
      }
      // Half an hour without anything new.
      for (let s = 0; s < 1_800_000 / STEP_MS; s += 1) turn();
      for (const node of nodes) {
        const paged = node.asks || node.corruption.length > 0;
        expect(node.up || paged).toBe(true);
        if (!node.up) expect(node.asks).toBe(true);
        expect(node.restarts).toBeLessThanOrEqual(2 * events.length);
        const clean = node.corruption.length === 0 && node.hidden === 'none';
        if (clean) expect({ up: node.up, asks: node.asks }).toEqual({ up: true, asks: false });
      }
    }),
    { numRuns: 1_000 },
  );
});

test('crashes of a node whose TSDB is clean climb no rung and ask for no volume, whether it was ready or not', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { maxLength: 30 }), fc.integer({ min: 1, max: 6 }), (pauses, kills) => {
      const node = new Node('node-1', false);
      let now = 0;
      for (const pause of pauses) {
        for (let i = 0; i < kills; i += 1) node.crash(now);
        now += (pause + 1) * STEP_MS;
        node.start(now);
        expect(node.asks).toBe(false);
      }
      expect(node.steps).toBe(0);
    }),
  );
});
