import type { Kernel } from './kernel';

/** lib/core/failover/late-rules.ts: eight looks. */
const LATE_AFTER_MS = 16_000;

/** A Prometheus process as FACTS measured it: ready soon after its start, scraping some 6 s after it. */
export class SimPrometheus {
  private alive = false;
  private hung = false;
  private starved = false;
  private readyAt = 0;
  private scrapesFrom = 0;
  private lastScrape: number | null = null;
  private lateFrom: number | null = null;

  constructor(private readonly kernel: Kernel) {}

  start(primed: boolean, variation: number): void {
    this.note();
    this.alive = true;
    this.hung = false;
    // Its agent begins a new window.
    if (this.lateFrom !== null) this.lateFrom = this.kernel.now;
    this.readyAt = this.kernel.now + (primed ? 0 : 50 + 250 * variation);
    this.scrapesFrom = this.kernel.now + (primed ? 0 : 5_000 + 1_000 * variation);
    if (primed) this.lastScrape = this.kernel.now;
  }

  kill(): void {
    this.note();
    this.alive = false;
  }

  hang(): void {
    this.note();
    this.hung = true;
  }

  /** SIGCONT; the next scrape comes within a second. */
  goOn(): void {
    this.note();
    this.hung = false;
    this.scrapesFrom = Math.max(this.scrapesFrom, this.kernel.now + 500);
  }

  starve(starved: boolean): void {
    this.note();
    this.starved = starved;
    if (!starved) this.scrapesFrom = Math.max(this.scrapesFrom, this.kernel.now + 500);
  }

  delayRules(late: boolean): void {
    this.lateFrom = late ? (this.lateFrom ?? this.kernel.now) : null;
  }

  /** As its agent says it, once half of its window has seen it. */
  rulesAreLate(): boolean {
    return this.lateFrom !== null && this.kernel.now - this.lateFrom >= LATE_AFTER_MS;
  }

  running(): boolean {
    return this.alive;
  }

  hanging(): boolean {
    return this.alive && this.hung;
  }

  ready(): boolean {
    return this.alive && !this.hung && this.kernel.now >= this.readyAt;
  }

  lag(): number | null {
    this.note();
    return this.lastScrape === null ? null : this.kernel.now - this.lastScrape;
  }

  /** Stricter than any probe can be: after a restart, samples from before it look fresh for a while. */
  scraping(): boolean {
    return this.ready() && !this.starved && this.kernel.now >= this.scrapesFrom;
  }

  /** Scrapes come every second; what matters is when they stopped. */
  private note(): void {
    if (this.scraping()) this.lastScrape = this.kernel.now;
  }
}
