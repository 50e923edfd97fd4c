import { open } from 'node:fs/promises';
import { crashLoop, loopFinding, type Exit } from '../../lib/core/tsdb/crash-loop';
import { finding, type Finding } from '../../lib/core/tsdb/corruption';
import { PORTS } from '../../lib/contract/ports';
import { followReplay, isStuck, type WalReplay } from '../../lib/core/tsdb/replay';
import { ticksOf } from '../process/proc';
import { ifThere } from '../../lib/shell/tsdb/listing';
import { Prometheus } from '../../lib/shell/prometheus/client';

export interface ConditionsOptions {
  readonly address: string;
  /** Prometheus's log. */
  readonly logFile: string;
  readonly pid: () => number | null;
  /** Its `/-/ready` has answered with 200 since it was started. */
  readonly isReady: () => boolean;
  readonly timeoutMs: number;
}

const LOG_TAIL = 16 * 1024;
const MOST_EXITS = 10;

/** What is wrong with Prometheus that no file shows: it ends before it is ready, or gets no further with its start. */
export class Conditions {
  private exits: Exit[] = [];
  private sawReady = false;
  /** The head was quarantined for a crash loop, and Prometheus has not been ready since: once is enough. */
  private headIsAside = false;
  private replay: WalReplay | null = null;
  private now: readonly Finding[] = [];

  constructor(private readonly options: ConditionsOptions) {}

  /** As last looked at. */
  get findings(): readonly Finding[] {
    return this.now;
  }

  exited(how: string): void {
    // Ours to say no, and its polite ends, are no crashes.
    if (/^exit code [1-9]|^signal/.test(how)) {
      this.exits = [...this.exits, { at: Date.now(), how, wasReady: this.sawReady }].slice(-MOST_EXITS);
    }
    this.sawReady = false;
    this.replay = null;
  }

  /** A second time it is no news: the loop goes on, and only another volume helps. */
  headQuarantine(): void {
    if (this.headIsAside) return;
    this.headIsAside = true;
    this.beginAnew();
  }

  blockQuarantine(): void {
    this.beginAnew();
  }

  /** What it stumbled over may be gone: whether the loop goes on is seen by the next starts. */
  private beginAnew(): void {
    this.exits = [];
    this.now = [];
  }

  /** Now and then, and before a start. */
  async look(): Promise<void> {
    const { pid, isReady } = this.options;
    if (pid() !== null && isReady()) {
      this.sawReady = true;
      this.headIsAside = false;
      this.exits = [];
      this.replay = null;
    }
    this.now = [...(await this.loop()), ...(await this.stuck())];
  }

  private async loop(): Promise<Finding[]> {
    if (this.exits.length === 0) return [];
    const loop = crashLoop(this.exits, await this.logTail(), Date.now());
    return loop === null ? [] : [loopFinding(loop, this.headIsAside)];
  }

  private async stuck(): Promise<Finding[]> {
    const pid = this.options.pid();
    if (pid === null || this.sawReady) return [];
    const ticks = ticksOf(pid);
    if (ticks === null) return [];
    const now = Date.now();
    this.replay = followReplay(this.replay, pid, { segment: await this.segment(), ticks }, now);
    if (!isStuck(this.replay, now)) return [];
    const since = new Date(this.replay.movedAt).toISOString();
    const where = this.replay.segment === null ? 'does not answer' : `is at segment ${this.replay.segment} of its WAL`;
    return [
      finding('replay-stuck', { path: null }, `Prometheus is not ready, ${where} and has not moved since ${since}`),
    ];
  }

  private async segment(): Promise<number | null> {
    const { address, timeoutMs } = this.options;
    try {
      const url = `http://${address}:${PORTS.prometheus}`;
      return (await new Prometheus(url, { timeoutMs }).walReplay()).current;
    } catch {
      return null; // Not yet listening, or hung: then the processor time tells.
    }
  }

  private async logTail(): Promise<string> {
    const text = await ifThere(async () => {
      const file = await open(this.options.logFile, 'r');
      try {
        const { size } = await file.stat();
        const bytes = Buffer.alloc(Math.min(size, LOG_TAIL));
        await file.read(bytes, 0, bytes.length, size - bytes.length);
        return bytes.toString('utf8');
      } finally {
        await file.close();
      }
    });
    return text ?? '';
  }
}
