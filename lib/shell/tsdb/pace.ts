import { setImmediate as turn } from 'node:timers/promises';
import { systemClock } from '../async/clock';

export interface PaceOptions {
  /** The volume belongs to Prometheus: so much a second is read at most. */
  readonly bytesPerSecond: number;
  readonly signal?: AbortSignal;
}

/** Sleeps shorter than this are saved up. */
const SHORTEST_SLEEP_MS = 5;

/** Holds a reader back to its rate, and lets the agent do its other work after every piece. */
export class Pace {
  private aheadUntil = 0;
  bytes = 0;

  constructor(private readonly options: PaceOptions) {}

  /** To be awaited after each read. @throws AbortError when the scrub is to end */
  async took(bytes: number): Promise<void> {
    this.options.signal?.throwIfAborted();
    this.bytes += bytes;
    this.aheadUntil = Math.max(Date.now(), this.aheadUntil) + (bytes / this.options.bytesPerSecond) * 1_000;
    const aheadMs = this.aheadUntil - Date.now();
    if (aheadMs >= SHORTEST_SLEEP_MS) await systemClock.sleep(aheadMs);
    else await turn();
    this.options.signal?.throwIfAborted();
  }
}
