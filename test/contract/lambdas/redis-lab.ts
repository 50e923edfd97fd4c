import { spawn, type ChildProcess } from 'node:child_process';
import { DEFAULT_POLICY } from '../../../lib/contract/documents/policy';
import type { RemedyTarget } from '../../../lib/contract/documents/remedy';
import { ENV } from '../../../lib/contract/environment';
import type { FunctionRunner, Invocation } from '../../../local/run/functions/function';
import { resolveTools } from '../../../local/tools';
import { eventually } from '../agent/agent-tools';
import { FunctionLab } from './function-lab';

export const HOST = '127.0.0.1';

interface Line {
  readonly event?: string;
  readonly saw?: string;
  readonly detail?: string;
  readonly because?: string;
  readonly [field: string]: unknown;
}

/** The bundled function against a real Redis that is down, locked, a replica, or hung; S3 by the emulator. */
export class RedisLab {
  functions!: FunctionLab;
  private redis!: Awaited<ReturnType<typeof resolveTools<'redis-server'>>>['redis-server'];
  private entry!: string;
  private readonly started: ChildProcess[] = [];

  async start(): Promise<void> {
    this.redis = (await resolveTools(['redis-server']))['redis-server'];
    this.functions = await FunctionLab.start();
    this.entry = this.functions.build('reconnect-redis');
  }

  async stop(): Promise<void> {
    for (const child of this.started) child.kill('SIGKILL');
    await this.functions?.stop();
  }

  /** One function with these targets, and the lines it writes. */
  deploy(
    targets: readonly RemedyTarget[],
    environment: Record<string, string> = {},
    entry = this.entry,
    timeoutMs = 60_000,
  ): { runner: FunctionRunner; lines: Line[]; saw: () => string[] } {
    const lines: Line[] = [];
    const runner = this.functions.deploy({
      name: 'reconnect-redis',
      entry,
      timeoutMs,
      policy: { ...DEFAULT_POLICY, storeTimeoutMs: 5_000, heartbeatMs: 1_000 },
      environment: { [ENV.remedies]: JSON.stringify(targets), ...environment },
      onLine: (line) => void lines.push(JSON.parse(line) as Line),
    });
    return { runner, lines, saw: () => lines.filter((l) => l.event === 'remedy-attempt').map((l) => l.saw!) };
  }

  /** The same function, with less time. */
  hasty(targets: readonly RemedyTarget[], timeoutMs: number): ReturnType<RedisLab['deploy']> {
    return this.deploy(targets, {}, this.entry, timeoutMs);
  }

  async startRedis(port: number, ...args: string[]): Promise<ChildProcess> {
    const child = spawn(this.redis.path, ['--bind', HOST, '--port', String(port), '--save', '', ...args], {
      cwd: this.functions.dir,
      env: { ...process.env, ...this.redis.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.started.push(child);
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await eventually(`Redis at ${port}`, () => /Ready to accept connections|Connecting to MASTER/.test(said));
    return child;
  }
}

export const redisAt = (port: number, more: object = {}): RemedyTarget => ({
  name: `redis-${port}`,
  connect: { kind: 'redis', host: HOST, port, ...more },
});
export const call = (runner: FunctionRunner, remedy: string): Promise<Invocation> =>
  runner.invoke({ source: 'agent', remedy, node: 'node-1' });
