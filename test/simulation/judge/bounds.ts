import type { Policy } from '../../../lib/contract/documents/policy';
import { FUNCTIONS, S3, type Schedule } from '../world/faults';

/** Longest time for one undisturbed request and its answer, and what sampling every 100 ms adds. */
const TRIP_MS = 50;
const SAMPLING_MS = 100;
/** Exits are noticed by the agent's own wait. */
const EXIT_MS = 50;
/** From the start of Prometheus to its first scrape (measured: 5 to 6 s). Old samples may look fresh for maxScrapeLag of it. */
const RESTART_MS = 6_300;

/** How long nobody may alert although somebody could, after one fault; ms. docs/decisions/0009-failover-protocol.md. */
export function bounds(p: Policy, nodes: number) {
  const { intervalMs, timeoutMs, fall, rise } = p.probe;
  /** A caller reads and probes for itself, writes; the new active node polls, reads, opens. */
  const act = Math.max(p.verifyTimeoutMs, TRIP_MS) + TRIP_MS;
  const learn = p.pollMs + TRIP_MS;
  /** The failure just missed a probe; the last of `fall` probes ends by its time-out. */
  const notice = fall * intervalMs + timeoutMs;
  /** Nobody else could be found within the short time-out: once more with the long one. */
  const again = timeoutMs + TRIP_MS;
  /** The functions' own watch and a standby's agree; whom to watch the functions learn with a cycle. */
  const seenSilent = intervalMs + p.watch.silentMs + 2 * p.watch.intervalMs + act + learn + SAMPLING_MS;
  const crash = EXIT_MS + act + learn + SAMPLING_MS;
  const silent = notice + act + learn + SAMPLING_MS;
  /** The heartbeat in S3 is up to a cycle old, is read at the next poll, and must stand still for its time. */
  const controlDown = p.heartbeatStaleMs + intervalMs + learn + again;
  /** Reads fail only after their time-out; then the grace of the last in line. */
  const storeDown = p.storeOutageGraceMs * (nodes - 1) + p.storeTimeoutMs + p.pollMs;
  // A read under way when the link healed runs into its time-out; the next one tells of the higher epoch.
  const twoGates =
    p.storeTimeoutMs + p.pollMs + TRIP_MS + Math.max(act + learn, (rise + 1) * intervalMs + timeoutMs) + SAMPLING_MS;
  return {
    crash,
    /** Alerting moved without need of a gap: the old node closed first, the new one reads at its next poll. */
    handOver: 2 * learn + p.storeTimeoutMs + SAMPLING_MS,
    silent,
    seenSilent,
    notScraping: silent + p.maxScrapeLagMs,
    controlDown,
    storeDown,
    damped: p.flapping.holdDownMs,
    again,
    /** What was asked before S3 was steady: a cycle's read, its promotion's read, then the next cycle. */
    hanging: 2 * p.storeTimeoutMs + intervalMs,
    twoGates,
    /** Who is to be replaced has to be missed first. */
    unofficial: twoGates + notice,
    /** A probe is this old at most when the write that rests on it arrives. */
    evidence: 2 * p.storeTimeoutMs + timeoutMs + p.verifyTimeoutMs,
  };
}

/** So much loss of one node's packets moves nothing. */
export const HARMLESS_PERCENT = 10;

export interface Effect {
  readonly cls: string;
  readonly from: number;
  readonly until: number;
  /** What it may add to the time without an alerting node. */
  readonly adds: number;
  /** Store or network between actors is impaired. */
  readonly cuts: boolean;
}

/** What each fault does to the bounds, and while when. */
export function effects(s: Schedule, p: Policy): Effect[] {
  const b = bounds(p, s.nodes);
  const out: Effect[] = [];
  const add = (cls: string, from: number, until: number, adds: number, cuts = false): void => {
    out.push({ cls, from, until, adds, cuts });
  };
  for (const f of s.faults) {
    const end = f.at + ('forMs' in f ? f.forMs : 0);
    switch (f.kind) {
      case 'crash':
        for (let i = 0; i < f.times; i += 1) add('crash', f.at + i * f.everyMs, f.at + i * f.everyMs + 8_000, b.silent);
        break;
      case 'hang':
      case 'agent-crash':
        add(f.kind, f.at, end, b.silent);
        break;
      case 'host-loss':
        if (f.forMs > b.silent) add(f.kind, f.at, end + 8_000, b.silent);
        else add('reboot', f.at, end + 8_000, b.silent + RESTART_MS);
        break;
      case 'isolation':
        add(f.kind, f.at, end, b.silent, true);
        break;
      case 'not-scraping':
        add(f.kind, f.at, end + p.maxScrapeLagMs, b.notScraping);
        break;
      case 'rules-late':
        // Counted like any miss, from when its agent says so.
        add(f.kind, f.at, end + b.notScraping, b.notScraping);
        break;
      case 'loss':
        // A few lost packets are nothing; of many nobody can say when one gets through.
        if (f.percent > HARMLESS_PERCENT) add(f.kind, f.at, end, f.forMs + b.silent, true);
        else add(f.kind, f.at, end, 0);
        break;
      case 'slow':
        add(f.kind, f.at, end, b.silent + b.again + 4 * f.addMs, true);
        break;
      case 'partition':
        add(f.kind, f.at, end, partition(f, b), true);
        break;
      case 'store-down':
        // Who can only read learns first that nobody beats, then that nothing can be written.
        add(f.kind, f.at, end, f.how === 'read-only' ? b.controlDown + b.storeDown : b.storeDown, true);
        break;
      case 'store-flaky':
        // Nothing is promised before it ends: a store that answers now and then keeps everybody hoping.
        add(f.kind, f.at, end, f.forMs + b.hanging, true);
        break;
      case 'control-down':
        // Loops come back with the next minute.
        add(f.kind, f.at, end + 65_000, b.controlDown);
        break;
      case 'invocation':
        if (f.how !== 'repeated') add(f.kind, f.minute * 60_000, (f.minute + 1) * 60_000 + 65_000, b.controlDown);
        break;
      case 'assignment':
        if (f.how === 'garbled') add(f.kind, f.at, end, b.storeDown + b.silent, true);
        else add(f.kind, f.at, f.at + b.silent, b.silent, true);
        break;
      case 'pause':
        add(f.kind, f.at, end, b.silent);
        break;
      case 'switchover':
        // The new one may fail before it has read that it alerts.
        add(f.kind, f.at, f.at + b.silent, b.silent);
        break;
      case 'storm':
        break;
    }
  }
  // Who knows of a pause and cannot read that it ended, waits for the news.
  const deaf = out.filter((e) => e.cuts).reduce((sum, e) => sum + e.until - e.from, 0);
  return out.map((e) => (e.cls === 'pause' ? { ...e, until: e.until + deaf, adds: e.adds + deaf } : e));
}

function partition(f: { a: number; b: number }, b: ReturnType<typeof bounds>): number {
  const ends = [f.a, f.b];
  // The functions cannot write, or cannot reach the node that could take over: their heartbeat stops.
  if (ends.includes(FUNCTIONS)) return b.controlDown;
  // The node that is to take over cannot read so.
  if (ends.includes(S3)) return b.storeDown;
  return b.silent;
}

const LOOKBACK_MS = 5_000;

/** The bound that a time without an alerting node deserves, and the class of faults that it counts for. */
export function limitOf(
  gap: { from: number; until: number; damped: boolean; first: boolean },
  all: readonly Effect[],
  s: Schedule,
  p: Policy,
) {
  const b = bounds(p, s.nodes);
  const near = all.filter((e) => e.from <= gap.until && e.until + LOOKBACK_MS >= gap.from);
  const skew = 2 * Math.max(...s.skews.map(Math.abs));
  const damped = gap.damped ? b.damped + skew + p.probe.intervalMs : 0;
  const only = near.length === 1 ? near[0]! : null;
  // Nothing was ever assigned: the first cycle finds that, the first rounds read it.
  if (gap.first || near.length === 0) return { cls: 'start', limit: near.reduce((sum, e) => sum + e.adds, b.silent) };
  // A crash of the alerting node. (A node that crashed before it was assigned is in its restart instead.)
  // Planned: the old gate closes after the new one has opened.
  if (only?.cls === 'switchover' && !gap.damped) return { cls: 'switchover', limit: SAMPLING_MS };
  if (only !== null && !gap.damped && !isCause(only)) {
    // Nobody stopped working: alerting at most changes hands.
    return { cls: only.cls, limit: b.handOver + (only.cls === 'store-flaky' ? only.adds : 0) };
  }
  if (only?.cls === 'crash' && !gap.damped && gap.from - only.from < SAMPLING_MS)
    return { cls: 'crash', limit: b.crash };
  if (only?.cls === 'crash' && !gap.damped) return { cls: 'crash, then assigned', limit: b.silent };
  if (only !== null && !gap.damped && SILENT.includes(only.cls)) return { cls: only.cls, limit: b.seenSilent };
  return {
    cls: gap.damped ? 'damped' : (only?.cls ?? pairName(near)),
    limit: near.reduce((sum, e) => sum + e.adds, damped + (near.some(isCause) ? 0 : b.silent)),
  };
}

/** One node falls silent to everybody, and nothing else is wrong: no probe has to be missed three times. */
const SILENT = ['hang', 'host-loss', 'isolation'];

/** Whether it can by itself take alerting from a node; the others only delay who notices. */
function isCause(e: Effect): boolean {
  return !['store-down', 'store-flaky', 'partition', 'control-down', 'invocation', 'loss'].includes(e.cls);
}

function pairName(near: readonly Effect[]): string {
  const kinds = [...new Set(near.map((e) => e.cls))].sort();
  if (near.length > 2) return 'three or more';
  return kinds.length === 1 ? `${kinds[0]} twice` : kinds.join(' + ');
}
