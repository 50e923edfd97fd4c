import type { PostedAlert } from '../../lib/contract/documents/alerts';
import {
  emptyGate,
  fingerprint,
  forgetStale,
  forgetUnrepeated,
  hasEnded,
  hold,
  type GateState,
  type HeldAlert,
} from '../../lib/core/alerts/gate';
import type { Sendable } from '../../lib/core/alerts/owed';
import { systemClock } from '../../lib/shell/async/clock';
import type { Log } from '../base/log';
import { sleep } from '../base/loop';
import { Delivery, type DeliverySource } from './delivery';

export interface GateDeps {
  /** How long a firing alert lives in Alertmanager after its last post. */
  readonly alertLifeMs: number;
  /** How long each Alertmanager waits for every one that comes before it in their cluster's order. */
  readonly peerTimeoutMs: number;
  /** Asked before each delivery. */
  readonly mayNotify: () => Promise<boolean>;
  /** Whether an alert is this shard's to send. */
  readonly notifies: (alert: PostedAlert) => boolean;
  readonly log: Log;
}

/** For ends that wait while the agent is asked to stop. */
const PATIENCE_MS = 8_000;
const FORGET_MS = 1_000;

/**
 * The alert gate: holds the last post of every alert, always; while open, sends every Alertmanager
 * what it still lacks. Opening starts from nothing sent, which is the replay.
 */
export class AlertGate implements DeliverySource {
  private readonly current: GateState = emptyGate();
  private forgotAt = 0;
  private deliveries = new Map<string, Delivery>();
  isOpen = false;
  /** By fingerprint: what is sent though the gate is closed, see unsent-alerts.ts. */
  private spoken: ReadonlySet<string> = new Set();
  openedAt: number | null = null;
  firstAcceptedAt: number | null = null;
  sent = 0;
  /** Since when posts can arrive; null while the server is not up. */
  listeningSince: number | null = null;

  constructor(private readonly deps: GateDeps) {}

  get peerTimeoutMs(): number {
    return this.deps.peerTimeoutMs;
  }

  get replay(): DeliverySource['replay'] {
    const { toldFrom } = this;
    return { openedAt: this.openedAt ?? 0, lifeMs: this.deps.alertLifeMs, ...(toldFrom === null ? {} : { toldFrom }) };
  }

  mayNotify(): Promise<boolean> {
    return this.deps.mayNotify();
  }

  get state(): GateState {
    return this.current;
  }

  get toSend(): Sendable {
    if (this.isOpen) return this.owned;
    const { held } = this.current;
    const spoken = [...this.spoken].flatMap((key) => held.get(key) ?? []).sort((a, b) => a.seq - b.seq);
    const posts = { firing: spoken.filter((h) => !hasEnded(h)), ended: spoken.filter(hasEnded) };
    return { held, posts, sends: this.isOurs };
  }

  get sends(): boolean {
    return this.isOpen || this.spoken.size > 0;
  }

  /** How many alerts it sends though it is closed. */
  get spokenFor(): number {
    return this.spoken.size;
  }

  /** Of what this shard sends, all, sent or not. */
  get owned(): Sendable {
    return { ...this.current, sends: this.isOurs };
  }

  private readonly isOurs = (h: HeldAlert): boolean => this.deps.notifies(h.alert);

  /** Sends these, by fingerprint, while closed; what is sent already goes on from where it is. */
  speakFor(keys: ReadonlySet<string>): void {
    const isMore = [...keys].some((key) => !this.spoken.has(key));
    this.spoken = keys;
    if (isMore && !this.isOpen) this.resendAll();
  }

  private toldFrom: number | null = null;

  /** Alerts are withheld no longer: what began and ended meanwhile is owed. */
  tellAll(): void {
    this.toldFrom = Date.now();
    this.resendAll();
  }

  /** What is this shard's to send has changed: what was passed over so far may be owed now. */
  resendAll(): void {
    for (const delivery of this.deliveries.values()) delivery.restart();
  }

  /** Held on a peer's word only: own Prometheus has not posted them. */
  private readonly peerIsAlerting = new Set<string>();

  /** Keeps what Prometheus posted; whoever is owed something now is served at once. */
  accept(alerts: readonly PostedAlert[]): void {
    // `hold` makes the same fingerprints: not twice for each post, and mostly nothing is held on a peer's word.
    const borrowed = [this.peerIsAlerting, this.carried].filter(({ size }) => size > 0);
    if (borrowed.length > 0)
      for (const { labels } of alerts) for (const keys of borrowed) keys.delete(fingerprint(labels));
    this.take(alerts);
  }

  private take(alerts: readonly PostedAlert[]): void {
    const now = Date.now();
    hold(this.current, alerts, now);
    // What has run out is never sent in any case: it is forgotten now and then.
    if (Math.abs(now - this.forgotAt) >= FORGET_MS) {
      forgetStale(this.current, now);
      this.forgotAt = now;
    }
    this.serve();
  }

  /**
   * Takes in what a peer holds and own Prometheus has not posted here: posts that were made while this gate was
   * down. Only while open, and only until own Prometheus must have posted all that fires (forgetBorrowed).
   */
  merge(alerts: readonly PostedAlert[]): number {
    if (!this.isOpen) return 0;
    const missing = alerts.filter((alert) => {
      const key = fingerprint(alert.labels);
      const held = this.current.held.get(key);
      return held === undefined || (this.peerIsAlerting.has(key) && held.alert.endsAt !== alert.endsAt);
    });
    for (const { labels } of missing) this.peerIsAlerting.add(fingerprint(labels));
    if (missing.length > 0) this.take(missing);
    return missing.length;
  }

  /** Drops what a peer said and own Prometheus never confirmed: by now it may long have ended. */
  forgetPeerAlerts(): void {
    if (this.peerIsAlerting.size === 0) return;
    for (const key of this.peerIsAlerting) this.current.held.delete(key);
    this.peerIsAlerting.clear();
  }

  /** By fingerprint: what an open gate sends on though own Prometheus does not fire it, see carried-alerts.ts. */
  readonly carried = new Set<string>();

  /** Of what this shard sends: takes it in, until own Prometheus posts it, or endCarried does. Only while open. */
  carry(alerts: readonly PostedAlert[]): void {
    const own = this.isOpen ? alerts.filter((alert) => this.deps.notifies(alert)) : [];
    for (const { labels } of own) this.carried.add(fingerprint(labels));
    if (own.length > 0) this.take(own);
  }

  /** Not sent on any more, unless own Prometheus has posted it. `over`: it ended, or else it runs out by itself. */
  endCarried(keys: readonly string[], over: boolean): void {
    const gone = keys.filter((key) => this.carried.delete(key)).flatMap((key) => this.current.held.get(key) ?? []);
    const endsAt = new Date().toISOString();
    if (over && gone.length > 0) this.take(gone.map(({ alert }) => ({ ...alert, endsAt })));
  }

  private forgetCarried(): void {
    for (const key of this.carried) this.current.held.delete(key);
    this.carried.clear();
  }

  /** See forgetUnrepeated. `since`: when the Prometheus that runs was started, ms since the Unix epoch. */
  forgetFiringBefore(since: number): void {
    forgetUnrepeated(this.current, since);
  }

  setOpen(open: boolean, because: string): void {
    if (open === this.isOpen) return;
    // While it still counts as sent: what waits for its time.
    if (!open) for (const delivery of this.deliveries.values()) delivery.finish();
    this.isOpen = open;
    this.spoken = new Set();
    if (open) {
      this.openedAt = Date.now();
      this.firstAcceptedAt = null;
    } else {
      this.forgetPeerAlerts();
      this.forgetCarried();
    }
    const held = this.current.held.size;
    this.deps.log('info', open ? 'gate-opened' : 'gate-closed', { held, because });
    for (const delivery of this.deliveries.values()) delivery.restart();
  }

  /** Follows the addresses (host:port) of the cluster's Alertmanagers. */
  setAlertmanagers(addresses: readonly string[]): void {
    for (const [address, delivery] of this.deliveries) {
      if (addresses.includes(address)) continue;
      delivery.stop();
      this.deliveries.delete(address);
    }
    for (const address of addresses) {
      if (!this.deliveries.has(address)) this.deliveries.set(address, new Delivery(address, this, this.deps.log));
    }
    this.serve();
  }

  /** Resolves when no end is on its way any more, or after a while. */
  async resolvedSent(): Promise<void> {
    const waits = (): boolean => [...this.deliveries.values()].some((delivery) => delivery.owesEnds);
    const { elapsed } = systemClock;
    for (const deadline = elapsed() + PATIENCE_MS; waits() && elapsed() < deadline;) await sleep(50);
  }

  anotherIsServed(address: string): boolean {
    return [...this.deliveries.values()].some((d) => d.address !== address && d.isServed);
  }

  anotherHas(address: string, end: HeldAlert): boolean {
    return [...this.deliveries.values()].some((d) => d.address !== address && d.has(end));
  }

  accepted(address: string, alerts: number): void {
    this.sent += alerts;
    if (!this.isOpen || this.firstAcceptedAt !== null) return;
    this.firstAcceptedAt = Date.now();
    const afterOpeningMs = this.firstAcceptedAt - (this.openedAt ?? this.firstAcceptedAt);
    this.deps.log('info', 'gate-first-accepted', { alertmanager: address, alerts, afterOpeningMs });
  }

  get alertmanagers(): { address: string; behind: number; error: string | null }[] {
    return [...this.deliveries.values()].map((d) => ({ address: d.address, behind: d.behind, error: d.error }));
  }

  /** Alerts that an Alertmanager has refused for what is in them: nobody is notified of these. */
  get refused(): number {
    return Math.max(0, ...[...this.deliveries.values()].map((delivery) => delivery.refused));
  }

  stop(): void {
    for (const delivery of this.deliveries.values()) delivery.stop();
  }

  private serve(): void {
    for (const delivery of this.deliveries.values()) delivery.serve();
  }
}
