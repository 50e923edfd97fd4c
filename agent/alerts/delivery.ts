import { setMaxListeners } from 'node:events';
import { fingerprint, isLast, type HeldAlert } from '../../lib/core/alerts/gate';
import {
  deliveredWith,
  endsWaitMs,
  newestEnd,
  nextDueAt,
  NOTHING_DELIVERED,
  owed,
  waitingEnds,
  type Delivered,
  type ReplayedPosts,
  type Sendable,
} from '../../lib/core/alerts/owed';
import { systemClock } from '../../lib/shell/async/clock';
import { messageOf, type Log } from '../base/log';
import { sleep } from '../base/loop';
import { askCluster, postAlerts, postPassingOver, Refused, type RefusedAlert } from './alertmanager';

export interface DeliverySource {
  /** What is held, as far as this shard sends it. */
  readonly owned: Sendable;
  /** What of it is sent now. */
  readonly toSend: Sendable;
  /** Whether there may be anything to send. */
  readonly sends: boolean;
  readonly replay: Omit<ReplayedPosts, 'endsWait'>;
  /** How long each Alertmanager waits for every one before it, ms. */
  readonly peerTimeoutMs: number;
  /** Whether what is held may be sent now; if not, it is asked again soon. */
  mayNotify(): Promise<boolean>;
  /** Whether some other Alertmanager has all that is held. */
  anotherIsServed(address: string): boolean;
  /** Whether some other Alertmanager has been sent this end. */
  anotherHas(address: string, end: HeldAlert): boolean;
  accepted(address: string, alerts: number): void;
}

/** Between two questions whether it has joined its cluster, or whether this node may speak. */
const ASK_AGAIN_MS = 100;
/** A cluster that does not come together in this time is served as it is. */
const ALONE_MS = 20_000;
/** For another one to be served, if there is one: both are asked at the same moment. */
const ANOTHER_MS = 150;
const RETRY_FIRST_MS = 50;
const RETRY_LONGEST_MS = 1_000;
/** Before each batch Prometheus is asked whether targets went down: larger ones than its own of 256 are asked for less often. */
const BATCH = 1_000;

/** Each post listens until its time is over, and thousands of alerts are many posts in that time. */
function breakable(): AbortController {
  const abort = new AbortController();
  setMaxListeners(0, abort.signal);
  return abort;
}

const PLACE_UNKNOWN: ReplayedPosts['endsWait'] = { ms: 0, upTo: 0 };

/**
 * Brings one Alertmanager up to date, one request at a time: level-triggered, so that a new post, a retry
 * and a replay are the same loop. A slow or dead Alertmanager holds up no other.
 */
export class Delivery {
  private delivered: Delivered = NOTHING_DELIVERED;
  private due: NodeJS.Timeout | null = null;
  /** Whether it is known to have joined its cluster; unknown again as soon as it fails to answer. */
  private joined = false;
  /** Of a clock that is never set: set back, it would keep alerts for as long. */
  private foundAloneAt: number | null = null;
  private endsWait: ReplayedPosts['endsWait'] = PLACE_UNKNOWN;
  private readonly finishing = new Set<NodeJS.Timeout>();
  /** By fingerprint, what it has refused since the agent started. */
  private readonly refusals = new Set<string>();
  private running = false;
  private stopped = false;
  private abort = breakable();
  error: string | null = null;

  constructor(
    readonly address: string,
    private readonly source: DeliverySource,
    private readonly log: Log,
  ) {}

  /** It has all that is held, as far as it ever said. */
  get isServed(): boolean {
    return this.joined && this.error === null && this.owed(Date.now(), 1).length === 0;
  }

  /** How many alerts it has refused for what is in them. */
  get refused(): number {
    return this.refusals.size;
  }

  get behind(): number {
    return this.owed(Date.now()).length;
  }

  /** Breaks off what is under way and, if there is something to send, starts from nothing sent. */
  restart(): void {
    this.abort.abort();
    this.abort = breakable();
    this.delivered = NOTHING_DELIVERED;
    this.joined = false;
    this.endsWait = PLACE_UNKNOWN;
    this.running = false;
    this.serve();
  }

  has({ seq }: HeldAlert): boolean {
    return seq <= this.delivered.ended;
  }

  /** Whether ends wait here that others may have been sent already. */
  get owesEnds(): boolean {
    return this.finishing.size > 0 || (this.source.sends && this.waiting().length > 0);
  }

  /**
   * The gate closes. Ends that wait here and that others have by now are sent when their time comes all the same: the next gate would
   * send them too late. What nobody was sent this node may be alone in believing: it was held back, or did not get through.
   */
  finish(): void {
    for (const { held, at } of this.waiting()) {
      if (!this.source.anotherHas(this.address, held)) continue;
      const timer = setTimeout(() => {
        this.finishing.delete(timer);
        if (!isLast(this.source.owned, held)) return; // it fires again
        postAlerts(this.address, [held.alert]).catch((error: Error) => this.failed(error));
      }, at - Date.now());
      this.finishing.add(timer);
    }
  }

  stop(): void {
    this.stopped = true;
    for (const timer of this.finishing) clearTimeout(timer);
    if (this.due !== null) clearTimeout(this.due);
    this.abort.abort();
  }

  serve(): void {
    if (this.running || this.stopped || !this.source.sends) return;
    this.running = true;
    void this.run(this.abort.signal);
  }

  private get replay(): ReplayedPosts {
    return { ...this.source.replay, endsWait: this.endsWait };
  }

  private owed(now: number, most?: number): HeldAlert[] {
    return owed(this.source.toSend, this.delivered, now, this.replay, most);
  }

  private waiting(): ReturnType<typeof waitingEnds> {
    return waitingEnds(this.source.toSend, this.delivered, Date.now(), this.replay);
  }

  /** `now`: when it was seen last that nothing is owed. What falls due since then would otherwise wait for other news. */
  private serveWhenDue(now: number): void {
    const at = nextDueAt(this.source.toSend, this.delivered, now, this.replay);
    if (this.due !== null) clearTimeout(this.due);
    this.due = at === null ? null : setTimeout(() => this.serve(), Math.max(1, at - Date.now()));
  }

  private async run(signal: AbortSignal): Promise<void> {
    let pauseMs = RETRY_FIRST_MS;
    let now = Date.now();
    while (!signal.aborted) {
      if (!this.joined && (await this.isOutside(signal))) {
        await sleep(ASK_AGAIN_MS);
        continue;
      }
      now = Date.now();
      const batch = this.owed(now, BATCH);
      if (batch.length === 0) {
        if (await this.findPlace(signal)) continue;
        break;
      }
      if (!(await this.source.mayNotify())) {
        await sleep(ASK_AGAIN_MS);
        continue;
      }
      if (signal.aborted) return;
      try {
        this.joined = true;
        const alerts = batch.map((held) => held.alert);
        const refused = await postPassingOver(this.address, alerts, signal);
        if (signal.aborted) return;
        this.passedOver(refused);
        this.delivered = deliveredWith(this.delivered, batch);
        if (this.error !== null) this.log('info', 'delivery-recovered', { alertmanager: this.address });
        this.error = null;
        pauseMs = RETRY_FIRST_MS;
        this.source.accepted(this.address, batch.length - refused.length);
      } catch (error) {
        if (signal.aborted) return;
        this.failed(error as Error);
        await sleep(pauseMs);
        pauseMs = Math.min(RETRY_LONGEST_MS, pauseMs * 2);
      }
    }
    // Whoever aborted this run has started another.
    if (signal.aborted) return;
    this.running = false;
    this.serveWhenDue(now);
  }

  /**
   * An Alertmanager that is not part of its cluster does harm with what it is posted. One that just started notifies
   * nobody for some seconds and then notifies of what it was posted at first, though that may have ended since; one that
   * was cut off knows nothing of what the others have notified of, and does it again. While another one is served, posting
   * later costs nothing.
   */
  private async isOutside(signal: AbortSignal): Promise<boolean> {
    const cluster = await askCluster(this.address, signal);
    // Out of reach, and known to be: a post under way when it comes back would reach it before it has joined.
    if (cluster === null) return this.error !== null;
    if (cluster.status === 'settling') return true;
    const alone = cluster.status === 'ready' && cluster.members < 2;
    this.foundAloneAt = alone ? (this.foundAloneAt ?? systemClock.elapsed()) : null;
    if (!alone) return false;
    const patienceMs = this.source.anotherIsServed(this.address) ? ALONE_MS : ANOTHER_MS;
    return systemClock.elapsed() - this.foundAloneAt! < patienceMs;
  }

  /**
   * Ends of which it is not known how long they wait: asks for its place in the order, which changes as others come and
   * go. Out of reach nothing waits: it has to be sent when it is back. Says whether there were any.
   */
  private async findPlace(signal: AbortSignal): Promise<boolean> {
    const upTo = newestEnd(this.source.toSend, this.delivered, Date.now(), this.replay);
    if (upTo <= this.endsWait.upTo) return false;
    const cluster = await askCluster(this.address, signal);
    if (signal.aborted) return false;
    const { place, members } = cluster ?? { place: 0, members: 1 };
    this.endsWait = { ms: endsWaitMs(place, members, this.source.peerTimeoutMs), upTo };
    return true;
  }

  /** Whose alert it is has to learn it; once, for Prometheus repeats it. */
  private passedOver(refused: readonly RefusedAlert[]): void {
    for (const { alert, says } of refused) {
      const { labels } = alert;
      const key = fingerprint(labels);
      if (!this.refusals.has(key)) this.log('error', 'alert-refused', { alertmanager: this.address, labels, says });
      this.refusals.add(key);
    }
  }

  private failed(error: Error): void {
    const message = messageOf(error);
    if (message !== this.error) this.log('warn', 'delivery-failed', { alertmanager: this.address, error: message });
    this.error = message;
    // No answer at all: it may be restarting, and forgets its alerts then. Repeating all is harmless.
    if (error instanceof Refused) return;
    this.delivered = NOTHING_DELIVERED;
    this.joined = false;
  }
}
