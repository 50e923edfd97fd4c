import { owed, type GateState } from '../../lib/core/gate';
import { messageOf, type Log } from '../log';
import { sleep } from '../loop';

export interface DeliverySource {
  readonly state: GateState;
  readonly isOpen: boolean;
  /** Whether what is held may be told now; if not, it is asked again soon. */
  mayTell(): Promise<boolean>;
  accepted(address: string, alerts: number): void;
}

const REQUEST_TIMEOUT_MS = 3_000;
/** Between two questions whether it has settled, or whether this node may speak. */
const ASK_AGAIN_MS = 200;
const RETRY_FIRST_MS = 50;
const RETRY_LONGEST_MS = 1_000;
/** Prometheus's own batches are of 64 to 256 alerts. */
const BATCH = 256;

/** The Alertmanager answered, and did not take it. */
class Refused extends Error {}

/**
 * Brings one Alertmanager up to date, one request at a time: level-triggered, so that a new post, a retry
 * and a replay are the same loop. A slow or dead Alertmanager holds up no other.
 */
export class Delivery {
  private deliveredSeq = 0;
  /** Whether it is known to have joined its cluster; unknown again as soon as it fails to answer. */
  private joined = false;
  private running = false;
  private stopped = false;
  private abort = new AbortController();
  error: string | null = null;

  constructor(
    readonly address: string,
    private readonly source: DeliverySource,
    private readonly log: Log,
  ) {}

  get behind(): number {
    return owed(this.source.state, this.deliveredSeq, Date.now()).length;
  }

  /** Breaks off what is under way and, if the gate is open, starts from nothing sent. */
  restart(): void {
    this.abort.abort();
    this.abort = new AbortController();
    this.deliveredSeq = 0;
    this.joined = false;
    this.running = false;
    this.serve();
  }

  stop(): void {
    this.stopped = true;
    this.abort.abort();
  }

  serve(): void {
    if (this.running || this.stopped || !this.source.isOpen) return;
    this.running = true;
    void this.run(this.abort.signal);
  }

  private async run(signal: AbortSignal): Promise<void> {
    let pauseMs = RETRY_FIRST_MS;
    while (!signal.aborted) {
      if (!this.joined && (await this.isSettling(signal))) {
        await sleep(ASK_AGAIN_MS);
        continue;
      }
      const batch = owed(this.source.state, this.deliveredSeq, Date.now()).slice(0, BATCH);
      if (batch.length === 0) break;
      if (!(await this.source.mayTell())) {
        await sleep(ASK_AGAIN_MS);
        continue;
      }
      if (signal.aborted) return;
      try {
        this.joined = true;
        await this.post(JSON.stringify(batch.map((held) => held.alert)), signal);
        if (signal.aborted) return;
        this.deliveredSeq = batch.at(-1)!.seq;
        if (this.error !== null) this.log('info', 'delivery-recovered', { alertmanager: this.address });
        this.error = null;
        pauseMs = RETRY_FIRST_MS;
        this.source.accepted(this.address, batch.length);
      } catch (error) {
        if (signal.aborted) return;
        this.failed(error as Error);
        await sleep(pauseMs);
        pauseMs = Math.min(RETRY_LONGEST_MS, pauseMs * 2);
      }
    }
    // Whoever aborted this run has started another.
    if (!signal.aborted) this.running = false;
  }

  /**
   * An Alertmanager that just started notifies nobody before it has settled in its cluster, some ten seconds long, and
   * then tells what it was posted at first, though that may have ended since and the others have told so. Posting later
   * costs nothing and tells the truth. Whatever it answers otherwise, or not at all, is for the post to find out.
   */
  private async isSettling(signal: AbortSignal): Promise<boolean> {
    try {
      const response = await fetch(`http://${this.address}/api/v2/status`, {
        signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
      });
      const status = (await response.json()) as { cluster?: { status?: string } };
      return status.cluster?.status === 'settling';
    } catch {
      return false;
    }
  }

  private async post(body: string, signal: AbortSignal): Promise<void> {
    const response = await fetch(`http://${this.address}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
    });
    const answer = await response.text();
    if (!response.ok) throw new Refused(`HTTP ${response.status}: ${answer.slice(0, 200)}`);
  }

  private failed(error: Error): void {
    const message = messageOf(error);
    if (message !== this.error) this.log('warn', 'delivery-failed', { alertmanager: this.address, error: message });
    this.error = message;
    // No answer at all: it may be restarting, and forgets its alerts then. Repeating all is harmless.
    if (error instanceof Refused) return;
    this.deliveredSeq = 0;
    this.joined = false;
  }
}
