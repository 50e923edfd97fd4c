/** How far a Prometheus has got with its start, as seen at one moment. */
export interface ReplaySeen {
  /** Of `/api/v1/status/walreplay`; null when it does not answer. */
  readonly segment: number | null;
  /** Processor time that the process has taken, in clock ticks. */
  readonly ticks: number;
}

export interface WalReplay extends ReplaySeen {
  readonly pid: number;
  /** Ms since the Unix epoch: when it was last seen to move. */
  readonly movedAt: number;
}

/** A tenth of a second: what answering a question costs is less. */
const LEAST_TICKS = 10;
const STUCK_AFTER_MS = 120_000;

/** A replay is slow or stuck: one that reads another segment or computes is slow, and is left alone. */
export function followReplay(before: WalReplay | null, pid: number, seen: ReplaySeen, now: number): WalReplay {
  if (before === null || before.pid !== pid) return { pid, ...seen, movedAt: now };
  const moved = seen.segment !== before.segment || seen.ticks - before.ticks >= LEAST_TICKS;
  return moved ? { pid, ...seen, movedAt: now } : before;
}

export function isStuck({ movedAt }: WalReplay, now: number): boolean {
  return now - movedAt >= STUCK_AFTER_MS;
}
