import { statfs } from 'node:fs/promises';
import type { BackfillStatus } from '../../lib/contract/documents/agent/part-status';
import type { NodeId } from '../../lib/contract/documents/assignment';
import type { Policy } from '../../lib/contract/documents/policy';
import { PORTS } from '../../lib/contract/ports';
import { isHealthy } from '../../lib/core/failover/health';
import {
  afterLoss,
  lackingMinutes,
  backfillNeed,
  spansToCompare,
  wholeMinutes,
  type BackfillNeed,
  type Span,
} from '../../lib/core/backfill/backfill';
import { lookBackMs, scrapeGroups, widestMargin, type ScrapeGroup } from '../../lib/core/backfill/rhythm';
import { messageOf, type Log } from '../base/log';
import { sleep } from '../base/loop';
import type { Probes } from '../failover/probes';
import type { Filler } from './fill-thread';
import { BackfillMemory } from './memory';
import { missedScrapes, scrapesPerMinute } from './scrapes';
import { sideOf, type BackfillSide } from './side';

export interface BackfillerOptions {
  readonly node: NodeId;
  readonly addresses: () => ReadonlyMap<NodeId, string>;
  readonly data: string;
  /** When this node's Prometheus was started, ISO 8601; null while none runs. */
  readonly startedAt: () => string | null;
  readonly probes: Pick<Probes, 'probeAll'>;
  readonly policy: Policy;
  /** How much time a head can hold, ms. */
  readonly headMs: number;
  /** Made for each backfill, and ended with it. */
  readonly filler: () => Filler;
  readonly log: Log;
}

/** How much time is read at once, ms. */
interface SliceLimits {
  readonly first: number;
  readonly least: number;
  readonly most: number;
}

/** A time in which these series are compared. */
interface Work {
  readonly span: Span;
  readonly group: ScrapeGroup;
  /** All others have been compared up to there. */
  readonly isLast: boolean;
}

/** Compared at once, so that memory is bounded; the slices of time follow from it. */
const SAMPLES_AT_ONCE = 250_000;
const SLICE: SliceLimits = { first: 15_000, least: 5_000, most: 300_000 };
const SCRAPES_AT_ONCE = 10;
/** Backfilled samples need room until the next block is cut. */
const LEAST_FREE = 0.1;

/** Fetches from the other nodes what this one missed. Resumable: what is done is written down slice by slice. */
export class Backfiller {
  private readonly memory: BackfillMemory;
  private state: BackfillStatus = {
    completeUntil: null,
    busy: false,
    samples: 0,
    refused: 0,
    last: null,
    error: null,
  };

  constructor(private readonly options: BackfillerOptions) {
    this.memory = new BackfillMemory(options.data);
  }

  get status(): BackfillStatus {
    return this.state;
  }

  /** A repair lost samples, which ones nobody can say: all that a head holds is compared after the start. */
  async lostSamples(): Promise<void> {
    const { headMs } = this.options;
    await this.memory.write(afterLoss(await this.memory.read(), headMs, Date.now()));
  }

  async round(): Promise<void> {
    const { startedAt, policy } = this.options;
    const started = startedAt();
    if (started === null) return;
    const state = await this.memory.read();
    this.state = { ...this.state, completeUntil: state === null ? null : iso(state.completeUntil) };
    const need = backfillNeed(state, Date.parse(started), policy.backfill.windowMs, Date.now());
    if (need === null) return;
    this.state = { ...this.state, busy: true };
    const filler = this.options.filler();
    try {
      // Not yet is no failure: at the start of a cluster it is what always happens.
      const error = await this.backfill(need, () => startedAt() === started, filler);
      this.state = { ...this.state, error };
    } catch (error) {
      this.state = { ...this.state, error: messageOf(error) };
      throw error;
    } finally {
      this.state = { ...this.state, busy: false };
      await filler.end();
    }
  }

  /** Says what it waits for; null when it was done. */
  private async backfill(need: BackfillNeed, stillRuns: () => boolean, filler: Filler): Promise<string | null> {
    const { node, addresses, probes, policy, log } = this.options;
    const seen = await probes.probeAll(policy.probe.timeoutMs);
    const working = [...addresses()].filter(([n]) => seen.has(n) && isHealthy(seen.get(n)!, policy));
    const urlOf = (address: string): string => `http://${address}:${PORTS.prometheus}`;
    const self = working.find(([n]) => n === node);
    const others = working.filter(([n]) => n !== node);
    if (self === undefined) return 'this node does not scrape yet';
    if (others.length === 0) return 'no other node works, so nobody has what this one may have missed';
    const began = Date.now();
    const own = await sideOf(urlOf(self[1]));
    const peers = await Promise.all(
      others.map(async ([name, address]) => ({ name, side: await sideOf(urlOf(address)) })),
    );
    const from = new Map(peers.map(({ name }) => [name, 0]));
    let refused = 0;
    const sides = [own, ...peers.map(({ side }) => side)];
    const widestMs = widestMargin(sides.flatMap(({ targets }) => targets));
    for (const { span, group, isLast } of await this.work(sides, need)) {
      const limits = sliceLimits(group);
      let length: number = limits.first;
      for (let at = span.from; at < span.to;) {
        if (!stillRuns()) throw new Error('Prometheus was started anew meanwhile');
        await this.mayWrite();
        const slice = { from: at, to: Math.min(span.to, at + length) };
        const sliceBegan = Date.now();
        let compared = 0;
        for (const { name, side } of peers) {
          const filled = await filler.fill(own, side, slice, group, widestMs);
          compared += filled.compared;
          refused += filled.refused;
          from.set(name, from.get(name)! + filled.written);
          if (filled.why !== null) log('warn', 'backfill-refused', { peer: name, ...slice, ...filled });
          this.state = {
            ...this.state,
            samples: this.state.samples + filled.written,
            refused: this.state.refused + filled.refused,
          };
        }
        at = slice.to;
        if (isLast) await this.done(slice.to, need);
        length = nextLength(length, compared, limits);
        await sleep(Math.max(0, (compared / policy.backfill.samplesPerSecond) * 1000 - (Date.now() - sliceBegan)));
      }
    }
    await this.done(need.to, need);
    const samples = [...from.values()].reduce((sum, n) => sum + n, 0);
    if (samples === 0 && refused === 0) return null;
    const tookMs = Date.now() - began;
    const last = { from: iso(need.from), to: iso(need.to), samples, refused, tookMs, at: iso(Date.now()) };
    this.state = { ...this.state, last };
    log('info', 'backfilled', { ...last, by: Object.fromEntries(from) });
    return null;
  }

  /**
   * What is looked at sample by sample: of slow targets the scrapes that others had, of the rest the minutes in which one was
   * scraped less often than by another node. The rest comes last: how far it has come is how far all has.
   */
  private async work(sides: readonly BackfillSide[], need: BackfillNeed): Promise<readonly Work[]> {
    const { windowMs } = this.options.policy.backfill;
    const urls = sides.map(({ url }) => url);
    const groups = scrapeGroups(sides.flatMap(({ targets }) => targets));
    const [rest, ...slow] = groups.reverse();
    const work: Work[] = [];
    for (const group of slow) {
      const span = { from: Math.max(need.from - lookBackMs(group), need.to - windowMs), to: need.to };
      const missed = await missedScrapes(urls[0]!, urls.slice(1), span, group);
      const inDoubt = { from: span.from, to: Math.min(span.to, need.thoroughUntil) };
      for (const one of [inDoubt, ...missed]) work.push({ span: one, group, isLast: false });
    }
    const minutes = await this.lacking(urls, need, rest!);
    return [...work, ...spansToCompare(need, minutes).map((span) => ({ span, group: rest!, isLast: true }))];
  }

  private async lacking(urls: readonly string[], need: BackfillNeed, group: ScrapeGroup): Promise<number[]> {
    const span: Span = { from: need.from, to: need.to };
    if (wholeMinutes(span).length === 0) return [];
    const [mine, ...theirs] = await Promise.all(urls.map((url) => scrapesPerMinute(url, span, group)));
    const all = theirs.flatMap((scrapes) => lackingMinutes(mine!, scrapes));
    return [...new Set(all)].sort((a, b) => a - b);
  }

  private async mayWrite(): Promise<void> {
    const { bavail, blocks } = await statfs(this.options.data);
    if (bavail / blocks < LEAST_FREE) throw new Error(`less than ${LEAST_FREE * 100} % of the data volume is free`);
  }

  /** A repair that came meanwhile must not be forgotten. */
  private async done(until: number, { thoroughUntil }: BackfillNeed): Promise<void> {
    const now = await this.memory.read();
    if (now !== null && now.thoroughUntil > thoroughUntil) throw new Error('a repair came in between');
    await this.memory.write({ version: 1, completeUntil: until, thoroughUntil });
    this.state = { ...this.state, completeUntil: iso(until) };
  }
}

/** One reading of slow targets has some scrapes of each, or the margin around it would be most of it. */
function sliceLimits({ intervalMs }: ScrapeGroup): SliceLimits {
  if (intervalMs === null) return SLICE;
  const length = SCRAPES_AT_ONCE * intervalMs;
  return { first: length, least: length, most: Math.max(length, SLICE.most) };
}

function nextLength(length: number, compared: number, { least, most }: SliceLimits): number {
  const fits = compared === 0 ? 2 * length : Math.min(2 * length, (length * SAMPLES_AT_ONCE) / compared);
  return Math.round(Math.max(least, Math.min(most, fits)));
}

const iso = (ms: number): string => new Date(ms).toISOString();
