import { nextBackoff } from '../../../agent/process/backoff';
import type { DeployedService } from './deployed-services';
import { planService, type SeenTask } from './plan';
import type { Task } from './task';

export interface ServiceRunnerOptions {
  readonly start: (service: DeployedService, more: readonly string[], onChange: () => void) => Task;
  /** Of a task, as the scheduler counts it. */
  readonly healthOf: (task: Task) => SeenTask['health'];
  /** A task came, went, or changed. */
  readonly onChange: () => void;
  /** One line each. */
  readonly onEvent: (what: string) => void;
}

/** Plays the scheduler of ECS for one service: keeps as many tasks as it wants, of the newest task definition. */
export class ServiceRunner {
  private readonly running = new Set<Task>();
  /** Told not to run: no task is started. */
  private held = false;
  /** Arguments beside those of the task definition. */
  private more: readonly string[] = [];
  private over = false;
  private backoffMs: number | null = null;
  private notBefore = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private deployed: DeployedService,
    private readonly o: ServiceRunnerOptions,
  ) {
    this.turn();
  }

  get service(): DeployedService {
    return this.deployed;
  }
  /** In the order in which they were started. */
  get tasks(): readonly Task[] {
    return [...this.running];
  }

  /** Looks again: its load balancer says something else of its tasks. */
  look(): void {
    this.turn();
  }

  /** What a deploy made of it. */
  change(deployed: DeployedService): void {
    this.deployed = deployed;
    this.turn();
  }

  /** Every task is killed, and none started until release(). */
  async hold(): Promise<void> {
    this.held = true;
    await Promise.all(this.tasks.map((t) => t.kill()));
  }

  /** `more`: arguments that tasks get from now on; the task definition's own stay. */
  release(more: readonly string[] = []): void {
    this.held = false;
    this.more = more;
    this.notBefore = 0;
    this.turn();
  }

  /** Kills one task. @throws Error when none runs */
  async kill(): Promise<void> {
    const [task] = this.tasks;
    if (task === undefined) throw new Error(`${this.deployed.name} runs no task`);
    await task.kill();
  }

  /** For good. */
  async end(how: 'stop' | 'kill'): Promise<void> {
    this.over = true;
    clearTimeout(this.timer);
    await Promise.all(this.tasks.map((t) => t[how]()));
  }

  private turn(): void {
    if (this.held || this.over) return;
    const health = new Map(this.tasks.map((task) => [task.id, this.o.healthOf(task)]));
    const seen = this.tasks.map(({ id, revision, stopping }) => ({ id, revision, stopping, health: health.get(id)! }));
    const plan = planService(this.deployed, seen);
    for (const task of this.tasks) if (plan.stop.includes(task.id)) this.retire(task, health.get(task.id)!);
    const waitMs = this.notBefore - Date.now();
    if (plan.start > 0 && waitMs > 0) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.turn(), waitMs);
    } else {
      for (let i = 0; i < plan.start; i += 1) this.launch();
    }
    this.o.onChange();
  }

  private launch(): void {
    const task = this.o.start(this.deployed, this.more, () => this.changed(task));
    this.running.add(task);
  }

  private retire(task: Task, health: SeenTask['health']): void {
    const why = health === 'unhealthy' ? 'its health check failed' : 'it is replaced or not needed any more';
    this.o.onEvent(`task ${task.id} of ${task.service.name} is stopped: ${why}`);
    void task.stop();
  }

  private changed(task: Task): void {
    if (task.ended !== null) {
      this.running.delete(task);
      if (!task.stopping && !this.over) this.fell(task);
    }
    this.turn();
    this.o.onChange();
  }

  /** What ran well for a while is replaced at once; who dies of its start, ever more slowly. */
  private fell(task: Task): void {
    this.o.onEvent(`task ${task.id} of ${task.service.name} ended (${task.ended})`);
    const livedMs = Date.now() - task.startedAt;
    this.backoffMs = nextBackoff(this.backoffMs, livedMs);
    this.notBefore = Date.now() + this.backoffMs;
  }
}
