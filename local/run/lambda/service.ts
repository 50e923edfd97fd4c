import { randomUUID } from 'node:crypto';
import type { FunctionRunner, Invocation } from '../functions/function';
import type { Teeth } from '../teeth';
import { afterAttempt, isTooOld, WITHOUT_SETTINGS, type Discarded, type QueuedEvent } from './async-rules';
import { throttled, type Quota } from './concurrency';
import type { Discard } from './destination';
import { onCall, type Idleness } from './network-idle';

/** What Lambda knows of a function. */
export type Runnable = Pick<FunctionRunner, 'deployed' | 'invoke'>;

/** One line of logs/lambda.jsonl. `running`: executions of all functions just after it. */
export interface LambdaLine {
  readonly at: number;
  readonly function: string;
  readonly what: 'started' | 'ended' | 'throttled' | 'inactive' | Discarded;
  readonly running: number;
}

export interface LambdaOptions {
  /** null: whatever is called runs, once. */
  readonly tooth: Teeth['lambda'];
  /** ReservedConcurrentExecutions as deployed, by function. */
  readonly reserved: () => Quota['reserved'];
  readonly onLine: (line: LambdaLine) => void;
  /** Of AWS/Lambda. */
  readonly count: (functionName: string, metric: 'Throttles' | 'AsyncEventsDropped') => void;
  /** Of an event that was given up, where the function has an on-failure destination. */
  readonly onDiscard: (called: Runnable, discard: Discard) => void;
}

interface Waiting {
  readonly requestId: string;
  readonly payload: unknown;
  readonly attempts: number;
}

/** Stands between who calls and what runs, as Lambda does: concurrency, sleeping functions, the queue of asynchronous calls. */
export class LambdaService {
  private readonly running = new Map<string, number>();
  private readonly idleness = new Map<string, Idleness>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly since = Date.now();

  constructor(private readonly options: LambdaOptions) {}

  /** As RequestResponse: whoever calls is told what came of it, refusals included. */
  async call(called: Runnable, payload: unknown): Promise<Invocation> {
    const { name } = called.deployed;
    const refused = this.refusal(called);
    if (refused !== null) return refused;
    this.change(name, 1, 'started');
    try {
      return await called.invoke(payload);
    } finally {
      this.change(name, -1, 'ended');
    }
  }

  /** As Event: taken in any case, and tried until it is done or given up. */
  queue(called: Runnable, payload: unknown): void {
    const event = { queuedAt: Date.now(), failures: 0, refusals: 0 };
    void this.attempt(called, { requestId: randomUUID(), payload, attempts: 0 }, event);
  }

  /** Forgets what waits. */
  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }

  private async attempt(called: Runnable, waiting: Waiting, event: QueuedEvent, last?: Invocation): Promise<void> {
    const { asynchronous: settings = WITHOUT_SETTINGS } = called.deployed;
    if (isTooOld(event, settings, Date.now())) return this.discard(called, waiting, 'EventAgeExceeded', last);
    const result = await this.call(called, waiting.payload);
    if (this.options.tooth === null) return;
    const ran = result.refused === undefined;
    const next = afterAttempt(event, result.ok ? 'succeeded' : ran ? 'failed' : 'not run', settings);
    const now = { ...waiting, attempts: waiting.attempts + (ran ? 1 : 0) };
    if (next.do === 'discard') this.discard(called, now, next.because, result);
    if (next.do === 'try again') this.later(next.afterMs, () => void this.attempt(called, now, next.event, result));
  }

  private discard(called: Runnable, { requestId, payload, attempts }: Waiting, because: Discarded, last?: Invocation) {
    const { name, arn } = called.deployed;
    this.say(name, because);
    this.options.count(name, 'AsyncEventsDropped');
    this.options.onDiscard(called, { because, requestId, functionArn: arn, payload, attempts, ...(last && { last }) });
  }

  private refusal({ deployed }: Runnable): Invocation | null {
    const { tooth, reserved, count } = this.options;
    if (tooth === null) return null;
    const { name, securityGroups = [] } = deployed;
    const before = this.idleness.get(name) ?? { calledAt: this.since, wokenAt: null };
    const { runs, after } = onCall(before, securityGroups.length > 0, tooth, Date.now());
    this.idleness.set(name, after);
    if (!runs) {
      this.say(name, 'inactive');
      return { ok: false, refused: 'inactive', error: 'the function is inactive: its network interfaces are restored' };
    }
    const because = throttled(name, this.running, { concurrency: tooth.concurrency, reserved: reserved() });
    if (because === null) return null;
    this.say(name, 'throttled');
    count(name, 'Throttles');
    return { ok: false, refused: 'throttled', error: because };
  }

  private change(name: string, by: 1 | -1, what: 'started' | 'ended'): void {
    this.running.set(name, (this.running.get(name) ?? 0) + by);
    this.say(name, what);
  }

  private say(name: string, what: LambdaLine['what']): void {
    const running = [...this.running.values()].reduce((a, b) => a + b, 0);
    this.options.onLine({ at: Date.now(), function: name, what, running });
  }

  private later(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      act();
    }, ms);
    this.timers.add(timer);
  }
}
