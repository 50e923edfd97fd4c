import { join } from 'node:path';
import { ownersSessions, type Sessions } from '../deploy/credentials';
import { readServices, type DeployedService, type EcsClients } from './deployed-services';
import { localCommand, type LocalSubstitutes } from './localize';
import type { TargetHealth } from '../balancer/target-health';
import { healthOf, type SeenTask } from './plan';
import { Registry, type RegistryClients } from './registry';
import { ServiceRunner } from './service-runner';
import { Task } from './task';
import type { TaskHost, TaskHosts } from './task-hosts';

export interface EcsOptions {
  readonly clients: EcsClients & RegistryClients;
  /** @default the owner's */
  readonly sessions?: Sessions;
  readonly hosts: TaskHosts;
  /** On loopback, where names are looked up for the tasks. */
  readonly addressesOf: (name: string, services: readonly DeployedService[]) => readonly string[];
  /** Entry point of the one image that there is. */
  readonly program: string;
  /** The AWS API emulator, as tasks reach it. */
  readonly endpoint: string;
  /** Until a task's container runs. Those that are there at the beginning have been there for a while. @default 0 */
  readonly taskStartMs?: number;
  /** Whether tasks are only healthy when noteTargets() says so of their targets. @default false */
  readonly balanced?: boolean;
  readonly env: Readonly<Record<string, string>>;
  readonly runId: string;
  readonly dir: string;
  readonly logDir: string;
  readonly onEvent: (what: string) => void;
  /** A task came, went, or changed. */
  readonly onChange?: () => void;
}

/** Plays ECS: every deployed service, with real processes. */
export class EcsPlayer {
  private readonly runners = new Map<string, ServiceRunner>();
  private readonly registry: Registry;
  private services: readonly DeployedService[] = [];
  private tasks = 0;
  private settled = false;
  private targets: TargetHealth = {};

  constructor(private readonly o: EcsOptions) {
    this.registry = new Registry(o.clients, (error) => o.onEvent(`tasks are not registered: ${error.message}`));
  }

  /** Reads what is deployed, and makes it so. To be called again when something was changed. */
  async refresh(): Promise<void> {
    this.services = await readServices(this.o.clients, this.o.sessions ?? ownersSessions);
    for (const service of this.services) {
      const runner = this.runners.get(service.name);
      if (runner === undefined) this.runners.set(service.name, this.runner(service));
      else if (JSON.stringify(runner.service) !== JSON.stringify(service)) runner.change(service);
    }
    for (const [name, runner] of this.runners) {
      if (this.services.some((s) => s.name === name)) continue;
      this.runners.delete(name);
      await runner.end('stop');
    }
    this.settled = true;
    this.register();
  }

  /** What the load balancer says of targets. */
  noteTargets(health: TargetHealth): void {
    this.targets = health;
    for (const runner of this.runners.values()) runner.look();
  }

  /** By the name of its container: query, store, compact. @throws Error naming those that there are */
  runnerOf(name: string): ServiceRunner {
    const found = [...this.runners.values()].find((r) => r.service.container.name === name);
    if (found !== undefined) return found;
    const known = [...this.runners.values()].map((r) => r.service.container.name).join(', ');
    throw new Error(`no service ${JSON.stringify(name)} runs; there are ${known || 'none'}`);
  }

  /** Tasks in these subnets (CIDR) are killed, and none is placed there until they are given back: `[]`. */
  async lose(subnets: readonly string[]): Promise<void> {
    const lost = this.o.hosts.avoid?.(subnets) ?? [];
    const tasks = [...this.runners.values()].flatMap((runner) => runner.tasks);
    await Promise.all(tasks.filter(({ address }) => lost.includes(address)).map((task) => task.kill()));
  }

  tasksOf(name: string): readonly Task[] {
    return [...this.runners.values()].filter((r) => r.service.container.name === name).flatMap((r) => r.tasks);
  }

  async stop(): Promise<void> {
    await this.registry.stop();
    await Promise.all([...this.runners.values()].map((r) => r.end('kill')));
  }

  private runner(service: DeployedService): ServiceRunner {
    return new ServiceRunner(service, {
      start: (deployed, more, onChange) => this.start(deployed, more, onChange),
      healthOf: (task) => this.healthOf(task),
      onChange: () => {
        this.register();
        this.o.onChange?.();
      },
      onEvent: this.o.onEvent,
    });
  }

  private healthOf({ service, address, health, startedAt }: Task): SeenTask['health'] {
    if (this.o.balanced !== true) return health;
    const targets = service.targets.map(({ targetGroupArn }) => this.targets[targetGroupArn]?.[address]);
    return healthOf({ health, startedAt, targets, graceMs: service.graceMs }, Date.now());
  }

  private start(service: DeployedService, more: readonly string[], onChange: () => void): Task {
    const { o } = this;
    const id = `${service.container.name}-${++this.tasks}`;
    const host = o.hosts.take(service);
    const dir = join(o.dir, id);
    return new Task({
      id,
      service,
      host,
      command: o.program,
      args: [...localCommand(service.container, this.machine(host, dir)), ...more],
      env: o.env,
      runId: o.runId,
      startMs: this.settled ? (o.taskStartMs ?? 0) : 0,
      dir,
      log: join(o.logDir, `${id}.log`),
      onChange,
    });
  }

  private machine({ loopback, address }: TaskHost, volumes: string): LocalSubstitutes {
    const { endpoint, addressesOf } = this.o;
    if (!loopback) return { endpoint, volumes };
    return { endpoint, volumes, loopback: { address, addressesOf: (name) => addressesOf(name, this.services) } };
  }

  /** Tasks that do not run yet, or are stopping, are not to be found. */
  private register(): void {
    const tasks = [...this.runners.values()].flatMap((r) => r.tasks);
    this.registry.want(tasks.filter((t) => !t.stopping && t.isRunning));
  }
}
