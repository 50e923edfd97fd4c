import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { killMarked, launch, MARKS, type Running } from '../hosts/processes';
import type { ContainerCheck, DeployedService } from './deployed-services';
import type { SeenTask } from './plan';
import type { TaskHost } from './task-hosts';

export interface TaskOptions {
  readonly id: string;
  readonly service: DeployedService;
  readonly host: TaskHost;
  /** The image's entry point, with the container's command. */
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly runId: string;
  /** Its volumes: they go with it. */
  readonly dir: string;
  readonly log: string;
  /** Until its container runs: an address is found for it, a machine, and its image is pulled. */
  readonly startMs: number;
  /** It runs, its health changed, or it ended. */
  readonly onChange: () => void;
}

/** One task: a process with an address of its own, watched as its container's health check says. */
export class Task implements SeenTask {
  health: SeenTask['health'];
  stopping = false;
  /** How it ended; null while it runs. */
  ended: string | null = null;
  /** Of its container. */
  startedAt = Date.now();
  /** null until its container runs. */
  private process: Running | null = null;
  private readonly over = new AbortController();
  private readonly marks: Readonly<Record<string, string>>;

  constructor(private readonly o: TaskOptions) {
    const { service } = o;
    for (const volume of Object.keys(service.container.mounts)) mkdirSync(join(o.dir, volume), { recursive: true });
    this.marks = { [MARKS.run]: o.runId, [MARKS.instance]: `task-${o.id}` };
    this.health = service.container.check === null ? 'healthy' : 'unknown';
    if (o.startMs === 0) this.begin();
    else void this.pause(o.startMs).then((goOn) => goOn && !this.stopping && this.begin());
  }

  get isRunning(): boolean {
    return this.process !== null && this.ended === null;
  }
  get id(): string {
    return this.o.id;
  }
  get revision(): string {
    return this.o.service.revision;
  }
  get service(): DeployedService {
    return this.o.service;
  }
  get address(): string {
    return this.o.host.address;
  }

  /**
   * Once the load balancer has had its time to leave it out: SIGTERM, and SIGKILL when it takes longer than its container
   * may. Resolves when it has ended.
   */
  async stop(): Promise<void> {
    if (this.stopping) return;
    this.stopping = true;
    this.o.onChange();
    if (this.process === null) return this.end('stopped before it ran');
    await this.pause(this.service.drainMs);
    await this.process.stop(this.service.container.stopMs);
  }

  /** As a crash: nobody asked it to stop. Stopped processes die too. */
  async kill(): Promise<void> {
    if (this.process === null) return this.end('killed before it ran');
    this.process.signal('SIGKILL');
    await this.process.ended;
  }

  private begin(): void {
    const { o } = this;
    const { container, credentials, name } = o.service;
    const started = launch({
      name: `task ${o.id} of ${name}`,
      ...o.host.command(o.command, o.args),
      env: { ...o.env, ...container.environment, ...credentials, ...this.marks },
      log: o.log,
    });
    this.process = started;
    this.startedAt = Date.now();
    if (container.check !== null) void this.watch(container.check);
    void started.ended.then((how) => this.end(how));
    if (o.startMs > 0) o.onChange();
  }

  private async end(how: string): Promise<void> {
    if (this.over.signal.aborted) return;
    this.over.abort();
    await killMarked(this.marks); // what it may have started
    this.o.host.remove();
    rmSync(this.o.dir, { recursive: true, force: true });
    this.ended = how;
    this.o.onChange();
  }

  /** As Docker does it: the first check comes after an interval, failures within the start period do not count. */
  private async watch(check: ContainerCheck): Promise<void> {
    const url = check.url.replace(/\/\/(localhost|127\.0\.0\.1)/, `//${this.address}`);
    let failures = 0;
    while (await this.pause(check.intervalMs)) {
      const ok = await fetch(url, { signal: AbortSignal.timeout(check.timeoutMs) }).then(
        (response) => response.ok,
        () => false, // refused, cut off or too slow
      );
      if (!ok && this.health === 'unknown' && Date.now() - this.startedAt < check.startMs) continue;
      failures = ok ? 0 : failures + 1;
      const health = ok ? 'healthy' : failures >= check.retries ? 'unhealthy' : this.health;
      if (health === this.health || this.ended !== null) continue;
      this.health = health;
      this.o.onChange();
    }
  }

  /** false when the task has ended meanwhile. */
  private pause(ms: number): Promise<boolean> {
    const { signal } = this.over;
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve(!signal.aborted);
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done);
    });
  }
}
