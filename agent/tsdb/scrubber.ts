import { join } from 'node:path';
import type { ScrubStatus } from '../../lib/contract/documents/agent/part-status';
import type { Policy } from '../../lib/contract/documents/policy';
import { dueForDeepRead, forget } from '../../lib/core/tsdb/inventory';
import { judge, type Judgement } from '../../lib/core/tsdb/judge';
import { nextRecoveryStep } from '../../lib/core/tsdb/recovery-plan';
import { messageOf, type Log } from '../base/log';
import type { Conditions } from './conditions';
import { dropLostMarkers } from './late-markers';
import { Memory } from './memory';
import { repair } from './repair-files';
import { Pace } from '../../lib/shell/tsdb/pace';
import { scrubPass } from './pass';
import { expireQuarantine, Quarantine } from './quarantine';
import { quarantineOf, ReportedCorruption } from './findings-log';

export interface ScrubberOptions {
  /** The data volume; memory and what is quarantined lie on it, beside the TSDB. */
  readonly data: string;
  readonly tsdb: string;
  readonly policy: Policy['scrub'];
  readonly retentionMs: number;
  /** Which Prometheus runs on the TSDB; null for none. */
  readonly pid: () => number | null;
  /** `prometheus_tsdb_blocks_loaded`; null when it does not say. */
  readonly blocksLoaded: () => Promise<number | null>;
  /** What is wrong that no file shows. */
  readonly conditions: Pick<Conditions, 'findings' | 'look' | 'headQuarantine' | 'blockQuarantine'>;
  /** A repair may have cost samples of the head. */
  readonly onLoss: () => Promise<void>;
  /** Blocks that are quarantined. One that is gone was taken by somebody, who may have had a reason. */
  readonly onBlocksLost: (blocks: readonly { ulid: string; minTime: number; maxTime: number }[]) => Promise<void>;
  readonly log: Log;
}

const UNHURRIED = Infinity;
const NOTHING_REMEMBERED = { version: 1, at: '', segments: {}, blocks: {}, notLoadedSince: null } as const;
/** Blocks read in full in one pass: the WAL shall not wait for long. */
const DEEP_AT_ONCE = 1;

/** Looks for corruption while Prometheus runs, and before each start repairs what the start would make worse. */
export class Scrubber {
  private pass: { readonly stop: AbortController; readonly done: Promise<unknown> } | null = null;
  private readonly memory: Memory;
  private readonly reported: ReportedCorruption;
  private readonly reportedConditions: ReportedCorruption;
  private suspected: readonly string[] = [];
  private confirmed: readonly string[] = [];
  private state: ScrubStatus = {
    lastPassAt: null,
    lastPassMs: null,
    lastPassBytes: null,
    passes: 0,
    corruption: [],
    quarantine: [],
    asksForVolume: null,
    error: null,
  };

  constructor(private readonly options: ScrubberOptions) {
    this.memory = new Memory(options.data, options.log);
    this.reported = new ReportedCorruption(options.log);
    this.reportedConditions = new ReportedCorruption(options.log);
  }

  /** Corruption that a start repairs and that the last two passes over a running Prometheus saw. */
  get repairable(): readonly string[] {
    return this.confirmed;
  }

  get status(): ScrubStatus {
    const conditions = this.reportedConditions.report(this.options.conditions.findings);
    return { ...this.state, corruption: [...this.state.corruption, ...conditions] };
  }

  /** There is another volume now: what was found on the one before is no news of this one. */
  volumeChanged(): void {
    this.suspected = [];
    this.confirmed = [];
    this.state = { ...this.state, corruption: [], asksForVolume: null, error: null };
  }

  /** One pass over a TSDB that is being written; none while nobody writes it. */
  async round(): Promise<void> {
    const { pid, data, log, blocksLoaded } = this.options;
    const before = pid();
    if (before === null || this.pass !== null) return;
    const stop = new AbortController();
    const done = (async () => {
      const expired = await expireQuarantine(data, Date.now());
      if (expired.length > 0) log('info', 'quarantine-expired', { incidents: expired });
      await this.look(stop.signal, await blocksLoaded(), () => pid() === before && !stop.signal.aborted);
    })();
    this.pass = { stop, done };
    try {
      await done;
    } catch (error) {
      if (!stop.signal.aborted) {
        this.state = { ...this.state, error: messageOf(error) };
        throw error;
      }
    } finally {
      this.pass = null;
    }
  }

  /**
   * Before every start of Prometheus. @throws Error when a start would destroy what is good and nothing helped.
   * A scrub that fails for a reason of its own does not keep Prometheus from starting.
   */
  async beforeStart(): Promise<void> {
    await this.endPass();
    const climbed: (string | null)[] = [];
    const incident = new Date().toISOString().replace(/[:.]/g, '-');
    for (;;) {
      const seen = await this.lookBeforeStart();
      await this.options.conditions.look();
      const findings = [...seen.findings, ...this.options.conditions.findings];
      const step = nextRecoveryStep(findings, seen.inventory, climbed);
      this.state = { ...this.state, asksForVolume: step.do === 'ask-volume' ? step.because : null };
      if (step.do === 'ask-volume' && !step.startMeanwhile) throw new Error(step.because);
      if (step.do !== 'repair') return this.dropLostMarkers(seen.inventory);
      climbed.push(await this.carryOut(step.steps, incident, seen));
    }
  }

  /** No corruption, but what every kill may leave: nothing is quarantined or told. */
  private async dropLostMarkers(inventory: Judgement['inventory']): Promise<void> {
    const { data, tsdb, log } = this.options;
    try {
      const scratch = join(data, 'scrub', 'rewritten');
      const segments = await dropLostMarkers(tsdb, scratch, new Pace({ bytesPerSecond: UNHURRIED }));
      if (segments.length === 0) return;
      log('info', 'late-markers-dropped', { segments });
      await this.memory.write(forget(inventory, segments));
    } catch (error) {
      log('error', 'late-markers-not-checked', { error: messageOf(error) });
    }
  }

  /** Where the scrub itself fails, what is left are the conditions. */
  private async lookBeforeStart(): Promise<Judgement> {
    try {
      return (await this.look(undefined, null, () => true))!;
    } catch (error) {
      this.state = { ...this.state, error: messageOf(error) };
      this.options.log('error', 'scrub-failed', { error: messageOf(error) });
      return { findings: [], inventory: (await this.memory.read()) ?? NOTHING_REMEMBERED };
    }
  }

  private async carryOut(
    steps: Parameters<typeof repair>[0],
    incident: string,
    { findings, inventory }: Judgement,
  ): Promise<string | null> {
    const { data, tsdb, policy, onLoss, onBlocksLost, log } = this.options;
    log('warn', 'corruption-quarantine', { incident, steps });
    try {
      // Before, so that a death in the middle is not the end of it.
      if (steps.some((step) => !('ulid' in step))) await onLoss();
      await onBlocksLost(
        remembered(
          steps.flatMap((s) => (s.do === 'quarantine-block' ? [s.ulid] : [])),
          inventory,
        ),
      );
      const aside = new Quarantine({ data, tsdb, incident, keepMs: policy.keepMs, now: Date.now });
      await repair(steps, aside, new Pace({ bytesPerSecond: UNHURRIED }));
      const repaired = findings.filter((finding) => finding.repair !== 'none').map((finding) => finding.path);
      // With the head everything goes that could have been there before.
      const head = steps.some((step) => step.do === 'quarantine-head') ? ['wal', 'wbl'] : [];
      if (head.length > 0) this.options.conditions.headQuarantine();
      if (steps.some((step) => step.do === 'quarantine-block')) this.options.conditions.blockQuarantine();
      await this.memory.write(forget(inventory, [...repaired, ...head]));
      return null;
    } catch (error) {
      log('error', 'repair-failed', { incident, error: messageOf(error) });
      return messageOf(error);
    } finally {
      this.state = { ...this.state, quarantine: await quarantineOf(data) };
    }
  }

  /** null when `counts` says that what was seen is no longer one state. */
  private async look(
    signal: AbortSignal | undefined,
    blocksLoaded: number | null,
    counts: () => boolean,
  ): Promise<Judgement | null> {
    const { data, tsdb, policy, retentionMs } = this.options;
    const began = Date.now();
    const memory = await this.memory.read();
    const running = signal !== undefined;
    const seen = await scrubPass(tsdb, {
      bytesPerSecond: running ? policy.bytesPerSecond : UNHURRIED,
      deep: running ? dueForDeepRead(memory, policy.deepMs, DEEP_AT_ONCE, began) : new Set(),
      signal,
    });
    if (!counts()) return null;
    const judged = judge(memory, seen, { running, blocksLoaded, retentionMs, bySize: true });
    await this.memory.write(judged.inventory);
    const found = judged.findings.filter((f) => f.repair !== 'none').map((f) => `${f.class} ${f.path}`);
    this.confirmed = running ? found.filter((what) => this.suspected.includes(what)) : [];
    this.suspected = running ? found : [];
    const hopeless = judged.findings.some((f) => f.ifStarted === 'refuses' && f.repair === 'none');
    this.state = {
      ...this.state,
      // It runs, after all: what was asked for before its start is not needed any more.
      asksForVolume: running && !hopeless ? null : this.state.asksForVolume,
      lastPassAt: new Date(began).toISOString(),
      lastPassMs: Date.now() - began,
      lastPassBytes: seen.bytesRead,
      passes: this.state.passes + 1,
      corruption: this.reported.report(judged.findings),
      quarantine: await quarantineOf(data),
      error: null,
    };
    return judged;
  }

  /** Prometheus has exited: what a pass still reads may change under it. */
  private async endPass(): Promise<void> {
    this.pass?.stop.abort();
    await this.pass?.done.catch(() => {});
  }
}

function remembered(
  ulids: readonly string[],
  { blocks }: Judgement['inventory'],
): { ulid: string; minTime: number; maxTime: number }[] {
  return ulids.flatMap((ulid) => {
    const meta = blocks[ulid]?.meta;
    return meta === undefined ? [] : [{ ulid, minTime: meta.minTime, maxTime: meta.maxTime }];
  });
}
