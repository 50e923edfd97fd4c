import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { EMULATOR_ACCOUNT } from '../../emulator/deploy';
import { evaluatedEveryMs } from './alarm-rules';
import { alarmEvent, evaluateAlarm, type AlarmState, type DeployedAlarm } from './alarms';
import { everybodyMay, type MayCall } from './callers';
import { FunctionRunner, type DeployedFunction, type Invocation } from './function';
import { MetricStore } from './metrics';
import { Queues, type SendToQueue } from './queues';
import type { DeployedSchedule, Deployment } from '../deploy/read-back';
import { firstAfterMs } from '../deploy/schedule-times';
import type { HostNetwork } from '../hosts/network';
import { reservedOf } from '../lambda/concurrency';
import { deliver, type Discard } from '../lambda/destination';
import { LambdaService, type LambdaLine } from '../lambda/service';
import { between, type Teeth } from '../teeth';

/** JSON lines: each execution's beginning and end, and what Lambda refused or gave up. */
export const LAMBDA_LOG = 'lambda.jsonl';
const MINUTE_MS = 60_000;

export interface ControlPlaneOptions {
  readonly functions: readonly DeployedFunction[];
  readonly schedules: readonly DeployedSchedule[];
  /** Reads them anew: a second `cdk deploy` changes their input. */
  readonly readSchedules: () => Promise<readonly DeployedSchedule[]>;
  readonly alarms: readonly DeployedAlarm[];
  readonly env: Readonly<Record<string, string>>;
  /** @default everybody may */
  readonly mayCall?: MayCall;
  /** Where a function runs; nothing: on this machine itself. */
  readonly hostOf?: (deployed: DeployedFunction) => HostNetwork | undefined;
  /** The Node.js that functions run on. */
  readonly node: string;
  readonly logDir: string;
  /** Told of each change of an alarm's state, and what its actions came to. @default nobody */
  readonly tellAlarm?: (told: AlarmTold) => Promise<void>;
  /** @default queues are empty, and stay so */
  readonly sendToQueue?: SendToQueue;
  /** How late points come, and how far alarms look back; null: at once, and N periods. */
  readonly lateness: Teeth['cloudwatch'];
  /** How Lambda refuses and delays; null: it does not. */
  readonly lambda: Teeth['lambda'];
  /** Log lines of functions (metrics left out) and what this plays itself. */
  readonly onLog: (source: string, line: string) => void;
}

/** As CloudWatch's API tells it. */
export interface AlarmTold {
  readonly name: string;
  readonly state: AlarmState;
  readonly reason: string;
  /** `refused`: why it could not be done; null: it was. */
  readonly actions: readonly { readonly arn: string; readonly refused: string | null }[];
}

/** Plays Lambda, EventBridge's schedules and CloudWatch's alarms, from their deployed definitions. */
export class ControlPlane {
  readonly metrics: MetricStore;
  private readonly functions = new Map<string, FunctionRunner>();
  private readonly lambda: LambdaService;
  private readonly queues: Queues;
  private readonly schedules: DeployedSchedule[] = [];
  private readonly alarms: DeployedAlarm[] = [];
  private readonly states = new Map<string, AlarmState>();
  private readonly evaluatedAt = new Map<string, number>();
  private readonly timers: NodeJS.Timeout[] = [];
  private halted = false;

  constructor(private readonly options: ControlPlaneOptions) {
    const { lateness } = options;
    this.metrics = new MetricStore(() => (lateness === null ? 0 : between(lateness.lateFromMs, lateness.lateToMs)));
    this.queues = new Queues(options.sendToQueue ?? (async () => 0), this.metrics, ({ message }) =>
      options.onLog('queue', JSON.stringify({ event: 'given-up-call-not-kept', error: message })),
    );
    this.lambda = new LambdaService({
      tooth: options.lambda,
      reserved: () => reservedOf([...this.functions.values()].map(({ deployed }) => deployed)),
      onLine: (line) => this.logLambda(line),
      count: (name, metric) => this.countLambda(name, metric, 1),
      onDiscard: ({ deployed }, discard) => void this.giveUp(deployed, discard),
    });
    for (const f of options.functions) this.functions.set(f.arn, this.runner(f));
    this.alarms.push(...options.alarms);
  }

  /** The first tick of a rate comes at once, then on its grid; of times in theirs; alarms on theirs. */
  start(): void {
    for (const schedule of this.options.schedules) this.follow(schedule);
    this.timers.push(setInterval(() => this.evaluateAlarms(), 1_000));
    this.timers.push(setInterval(() => this.queues.measure(this.alarms), MINUTE_MS));
  }

  /** What a further deploy added; what is known goes on as it is. */
  async grow({ functions, schedules, alarms }: Pick<Deployment, 'functions' | 'schedules' | 'alarms'>): Promise<void> {
    for (const f of functions) if (!this.functions.has(f.arn)) this.functions.set(f.arn, this.runner(f));
    const isNew =
      <T extends { readonly name: string }>(known: readonly T[]) =>
      (one: T): boolean =>
        !known.some(({ name }) => name === one.name);
    this.alarms.push(...alarms.filter(isNew(this.alarms)));
    for (const schedule of schedules.filter(isNew(this.schedules))) this.follow(schedule);
  }

  knows(name: string): boolean {
    return [...this.functions.values()].some((f) => f.deployed.name === name);
  }

  /** One function does not run, until it is released: then its schedule ticks at once. */
  async holdFunction(name: string): Promise<void> {
    await this.byName(name).halt();
  }
  releaseFunction(name: string): void {
    const released = this.byName(name);
    released.resume();
    for (const schedule of this.schedules) if (schedule.functionArn === released.deployed.arn) void this.tick(schedule);
  }

  private follow(schedule: DeployedSchedule): void {
    this.schedules.push(schedule);
    const begin = (): void => {
      void this.tick(schedule);
      this.timers.push(setInterval(() => void this.tick(schedule), schedule.everyMs));
    };
    const afterMs = firstAfterMs(schedule, Date.now());
    if (afterMs === 0) begin();
    else this.timers.push(setTimeout(begin, afterMs));
  }

  async stop(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    this.lambda.stop();
    await this.halt();
  }

  /** Every execution that is under way breaks off; the next ones begin elsewhere. */
  async breakOff(): Promise<void> {
    await Promise.all([...this.functions.values()].map((f) => f.breakOff()));
  }

  /** No function runs, no schedule ticks, no alarm is evaluated. */
  async halt(): Promise<void> {
    this.halted = true;
    await Promise.all([...this.functions.values()].map((f) => f.halt()));
  }

  /** Everything again, the schedules at once. */
  resume(): void {
    for (const f of this.functions.values()) f.resume();
    this.halted = false;
    for (const schedule of this.schedules) void this.tick(schedule);
  }

  private async tick(schedule: DeployedSchedule): Promise<void> {
    if (this.halted) return;
    const now = await this.options.readSchedules().catch(() => this.schedules); // the emulator may be stopped
    const { input } = now.find((s) => s.name === schedule.name) ?? schedule;
    const called = this.byArn(schedule.functionArn);
    if (this.halted || called === undefined) return;
    if (await this.mayInvoke('events.amazonaws.com', schedule.arn, called)) this.lambda.queue(called, input);
  }

  /** Waits for what comes of it. `name` is the function's name or a part of it that fits one function only. */
  async call(name: string, event: unknown): Promise<Invocation> {
    return this.lambda.call(this.byName(name), event);
  }

  /** Lambda takes it, and nobody is told what comes of it. */
  queue(name: string, event: unknown): void {
    this.lambda.queue(this.byName(name), event);
  }

  private byName(name: string): FunctionRunner {
    const all = [...this.functions.values()];
    // A further shard's are named as shard 0's, and then its number.
    const exact = all.filter((f) => f.deployed.name === name || f.deployed.name.endsWith(`-${name}`));
    const fitting = exact.length > 0 ? exact : all.filter((f) => f.deployed.name.includes(name));
    if (fitting.length !== 1) {
      const known = [...this.functions.values()].map((f) => f.deployed.name).join(', ');
      throw new Error(`${fitting.length} functions fit ${JSON.stringify(name)}; deployed: ${known}`);
    }
    return fitting[0]!;
  }

  /** As SetAlarmState does: where it is another state than before, its actions run; the next evaluation sets it right. */
  async setAlarm(name: string, state: AlarmState, reason: string): Promise<void> {
    const alarm = this.alarms.find((a) => a.name === name || a.name.endsWith(name));
    if (alarm === undefined)
      throw new Error(`no alarm ${JSON.stringify(name)}; deployed: ${this.alarms.map((a) => a.name).join(', ')}`);
    const before = this.states.get(alarm.name) ?? 'INSUFFICIENT_DATA';
    if (state !== before) await this.change(alarm, before, state, reason);
  }

  alarmStates(): Record<string, AlarmState> {
    return Object.fromEntries(this.states);
  }

  private evaluateAlarms(): void {
    if (this.halted) return;
    const now = Date.now();
    const beyondN = this.options.lateness?.periodsBeyondN ?? 0;
    for (const alarm of this.alarms.filter((a) => this.isDue(a, now))) {
      const before = this.states.get(alarm.name) ?? 'INSUFFICIENT_DATA';
      const state = evaluateAlarm(alarm, this.metrics, now, before, beyondN);
      if (state !== before) void this.change(alarm, before, state, 'threshold crossed');
    }
  }

  private isDue(alarm: DeployedAlarm, now: number): boolean {
    if (this.options.lateness === null) return true;
    const every = evaluatedEveryMs(alarm.periodMs);
    const due = Math.floor(now / every) > Math.floor((this.evaluatedAt.get(alarm.name) ?? 0) / every);
    if (due) this.evaluatedAt.set(alarm.name, now);
    return due;
  }

  /** Actions run on a change of state only, as CloudWatch does. */
  private async change(alarm: DeployedAlarm, before: AlarmState, state: AlarmState, reason: string): Promise<void> {
    this.states.set(alarm.name, state);
    this.options.onLog('alarm', JSON.stringify({ event: 'alarm', alarm: alarm.name, state, before, reason }));
    const actions = state === 'ALARM' ? alarm.alarmActions : state === 'OK' ? alarm.okActions : [];
    const event = alarmEvent(alarm, state, before, reason, Date.now());
    const done = await Promise.all(
      actions.map(async (arn) => ({
        arn,
        refused: (await this.act(alarm, arn, event)) ? null : `not authorized to use ${arn}`,
      })),
    );
    await this.options
      .tellAlarm?.({ name: alarm.name, state, reason, actions: done })
      .catch((error: Error) =>
        this.options.onLog('alarm', JSON.stringify({ event: 'alarm-state-not-recorded', error: error.message })),
      );
  }

  /** Of an action only a function's is played; whether the topic would take it is asked. False: it was refused. */
  private async act(alarm: DeployedAlarm, arn: string, event: unknown): Promise<boolean> {
    const called = this.byArn(arn);
    if (called === undefined) return this.may('cloudwatch.amazonaws.com', alarm.arn, 'sns:Publish', arn);
    if (!(await this.mayInvoke('lambda.alarms.cloudwatch.amazonaws.com', alarm.arn, called))) return false;
    this.lambda.queue(called, event);
    return true;
  }

  private mayInvoke(service: string, sourceArn: string, { deployed }: FunctionRunner): Promise<boolean> {
    return this.may(service, sourceArn, 'lambda:InvokeFunction', deployed.arn);
  }

  /** A refusal is told by whoever judges. */
  private may(service: string, sourceArn: string, action: string, resource: string): Promise<boolean> {
    const caller = { service, sourceArn, account: EMULATOR_ACCOUNT };
    return (this.options.mayCall ?? everybodyMay)(caller, action, resource);
  }

  private byArn(arn: string): FunctionRunner | undefined {
    return this.functions.get(arn);
  }

  /** All of it for whoever measures; what Lambda refuses or gives up also for the terminal. */
  private logLambda(line: LambdaLine): void {
    const { at, function: name, what, running } = line;
    appendFileSync(join(this.options.logDir, LAMBDA_LOG), `${JSON.stringify(line)}\n`);
    if (what === 'started' || what === 'ended') return;
    const event = { at: new Date(at).toISOString(), level: 'warn', event: 'lambda-refuses', because: what, running };
    this.options.onLog(name, JSON.stringify(event));
  }

  private async giveUp(deployed: DeployedFunction, discard: Discard): Promise<void> {
    const kept = await deliver(deployed, discard, this.options.mayCall ?? everybodyMay, (arn, record) => {
      const called = this.byArn(arn);
      if (called === undefined) this.queues.send(arn, record);
      else this.lambda.queue(called, record);
    });
    if (kept === false) this.countLambda(deployed.name, 'DestinationDeliveryFailures', 1);
  }

  private countLambda(name: string, metric: string, value: number): void {
    const id = { namespace: 'AWS/Lambda', name: metric, dimensions: { FunctionName: name } };
    this.metrics.put(id, value, Date.now());
  }

  private runner(deployed: DeployedFunction): FunctionRunner {
    const { options, metrics } = this;
    const host = options.hostOf?.(deployed);
    return new FunctionRunner(deployed, {
      env: options.env,
      node: options.node,
      ...(host !== undefined && { host }),
      ...(options.lambda !== null && { coldStartMs: options.lambda.coldStartMs }),
      log: `${options.logDir}/${deployed.name}.log`,
      onLine: (line) => {
        if (!metrics.takeLogLine(line)) options.onLog(deployed.name, line);
      },
      onInvocation: (failed) => {
        this.countLambda(deployed.name, 'Invocations', 1);
        this.countLambda(deployed.name, 'Errors', failed ? 1 : 0);
      },
    });
  }
}
