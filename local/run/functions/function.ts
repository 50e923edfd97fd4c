import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostNetwork } from '../hosts/network';
import type { AsyncSettings } from '../lambda/async-rules';

/** A function as it was deployed. */
export interface DeployedFunction {
  readonly name: string;
  readonly arn: string;
  /** Path of the unpacked bundle's entry. */
  readonly entry: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Of its role's session, as environment variables. @default the owner's */
  readonly credentials?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Of its network interfaces, by id. @default none */
  readonly securityGroups?: readonly string[];
  /** By id. */
  readonly subnets?: readonly string[];
  /** Of its EventInvokeConfig. @default Lambda's own */
  readonly asynchronous?: AsyncSettings;
  /** ReservedConcurrentExecutions. @default none */
  readonly reserved?: number;
}

export interface Invocation {
  readonly ok: boolean;
  readonly value?: unknown;
  readonly error?: string;
  /** Why Lambda did not run it to its end: 429, 502 while its network is restored, 500. Absent: it ran. */
  readonly refused?: 'throttled' | 'inactive' | 'unavailable';
}

const HALTED: Invocation = { ok: false, refused: 'unavailable', error: 'the control plane is halted' };

/**
 * Plays Lambda for one function: execution environments are processes, reused while warm, one event at a time
 * each; a function that outlasts its time-out is killed with its environment.
 */
export class FunctionRunner {
  private readonly idle: ChildProcess[] = [];
  private readonly all = new Set<ChildProcess>();
  private halted = false;

  constructor(
    readonly deployed: DeployedFunction,
    private readonly options: {
      readonly env: Readonly<Record<string, string>>;
      /** The Node.js that it runs on. */
      readonly node: string;
      /** Where it runs; without one on this machine itself. */
      readonly host?: HostNetwork;
      /** A new environment takes so much longer to take its first event. @default no longer than its process */
      readonly coldStartMs?: number;
      readonly log: string;
      /** Every line the function writes: its log, metrics included. */
      readonly onLine: (line: string) => void;
      /** Every finished invocation; `failed` is what AWS counts as an error. */
      readonly onInvocation: (failed: boolean) => void;
    },
  ) {}

  async invoke(event: unknown): Promise<Invocation> {
    if (this.halted) return HALTED;
    const environment = this.idle.pop() ?? (await this.coldStart());
    if (this.halted) return HALTED;
    const id = randomUUID();
    const { timeoutMs } = this.deployed;
    const result = await new Promise<Invocation>((resolve) => {
      const timer = setTimeout(() => {
        environment.kill('SIGKILL');
        finish({ ok: false, error: `Task timed out after ${timeoutMs / 1000} seconds` });
      }, timeoutMs);
      const onMessage = (message: { id?: string } & Invocation): void => {
        if (message.id === id) finish(message);
      };
      const onExit = (code: number | null, signal: string | null): void =>
        finish({ ok: false, error: `the environment ended: ${signal ?? `exit ${code}`}` });
      const finish = (r: Invocation): void => {
        clearTimeout(timer);
        environment.off('message', onMessage).off('exit', onExit);
        resolve(r);
      };
      environment.on('message', onMessage).once('exit', onExit);
      environment.send({ id, event, deadline: Date.now() + timeoutMs });
    });
    if (environment.connected && environment.exitCode === null && environment.signalCode === null)
      this.idle.push(environment);
    if (!result.ok && !this.halted)
      this.options.onLine(
        JSON.stringify({
          at: new Date().toISOString(),
          level: 'error',
          event: 'invocation-failed',
          error: result.error,
        }),
      );
    if (this.halted) return result.ok ? result : HALTED;
    this.options.onInvocation(!result.ok);
    return result;
  }

  private async coldStart(): Promise<ChildProcess> {
    const environment = this.start();
    const { coldStartMs = 0 } = this.options;
    if (coldStartMs > 0) await new Promise((resolve) => setTimeout(resolve, coldStartMs));
    return environment;
  }

  /** Ends all environments; until resume() every invocation is refused. */
  async halt(): Promise<void> {
    this.halted = true;
    await this.breakOff();
  }

  /** All environments end, whatever they do. */
  async breakOff(): Promise<void> {
    const ending = [...this.all].map((child) => new Promise((resolve) => child.once('exit', resolve)));
    for (const child of this.all) child.kill('SIGKILL');
    await Promise.all(ending);
    this.idle.length = 0;
  }

  resume(): void {
    this.halted = false;
  }

  private start(): ChildProcess {
    const { deployed, options } = this;
    const { command, args } = options.host?.command(options.node, []) ?? { command: options.node, args: [] };
    const child = fork(join(__dirname, 'lambda-host.cjs'), [deployed.entry], {
      env: {
        ...options.env,
        ...deployed.environment,
        ...deployed.credentials,
        AWS_LAMBDA_FUNCTION_NAME: deployed.name,
      },
      execPath: command,
      execArgv: args,
      silent: true,
      detached: true, // a process group of its own: Ctrl-C is the runner's to handle
    });
    this.all.add(child);
    child.once('exit', () => {
      this.all.delete(child);
      const at = this.idle.indexOf(child);
      if (at >= 0) this.idle.splice(at, 1);
    });
    let rest = '';
    child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      for (const line of lines) {
        appendFileSync(options.log, `${line}\n`);
        options.onLine(line);
      }
    });
    child.stderr!.on('data', (chunk: Buffer) => appendFileSync(options.log, chunk));
    return child;
  }
}
