/** A task as the scheduler sees it. */
export interface SeenTask {
  readonly id: string;
  /** Its task definition. */
  readonly revision: string;
  /** It was told to stop, and has not ended yet. */
  readonly stopping: boolean;
  /** As its health check says; `unknown` until it said something. A task without one is healthy from the start. */
  readonly health: 'unknown' | 'healthy' | 'unhealthy';
}

/** What a load balancer says of a task's targets counts for its health, too. */
export interface BalancedTask {
  /** Of its containers. */
  readonly health: SeenTask['health'];
  readonly startedAt: number;
  /** States of its targets as the load balancer has them; undefined: it has no such target, or nobody looks at it. */
  readonly targets: readonly (string | undefined)[];
  /** So long after its start a failed check of the load balancer does not count. */
  readonly graceMs: number;
}

/** Healthy only if all of its targets are: one whose group hangs on no listener never is. */
export function healthOf({ health, startedAt, targets, graceMs }: BalancedTask, now: number): SeenTask['health'] {
  if (health !== 'healthy' || targets.every((state) => state === 'healthy')) return health;
  return targets.includes('unhealthy') && now - startedAt >= graceMs ? 'unhealthy' : 'unknown';
}

export interface ServiceWish {
  readonly revision: string;
  readonly desired: number;
  /** Of `desired`, rounded up: so many healthy tasks are kept while others are replaced. */
  readonly minimumHealthyPercent: number;
  /** Of `desired`, rounded down: so many tasks there may be at once. */
  readonly maximumPercent: number;
}

export interface ServicePlan {
  readonly start: number;
  readonly stop: readonly string[];
}

/**
 * What the scheduler of ECS does next for a service with rolling updates. `tasks` in the order in which they started.
 * A task that is stopping counts as being there until it has ended. (ECS's documentation speaks of running and pending
 * tasks only: whoever may never run twice must stop faster than a task starts there.)
 */
export function planService(wish: ServiceWish, tasks: readonly SeenTask[]): ServicePlan {
  const { desired, revision } = wish;
  const least = Math.ceil((desired * wish.minimumHealthyPercent) / 100);
  const most = Math.floor((desired * wish.maximumPercent) / 100);
  const running = tasks.filter((t) => !t.stopping);
  const failed = running.filter((t) => t.health === 'unhealthy');
  const current = running.filter((t) => t.revision === revision && t.health !== 'unhealthy');
  const old = running.filter((t) => t.revision !== revision && t.health !== 'unhealthy');

  const surplus = [...current.filter(isHealthy), ...current.filter((t) => !isHealthy(t))].slice(desired);
  // Old ones that never became healthy serve nobody.
  const healthy = running.filter((t) => t.health === 'healthy').length - surplus.filter(isHealthy).length;
  const spare = Math.max(0, healthy - least);
  const replaced = [...old.filter((t) => !isHealthy(t)), ...old.filter(isHealthy).slice(0, spare)];
  return {
    start: Math.max(0, Math.min(desired - current.length, most - tasks.length)),
    stop: [...failed, ...surplus, ...replaced].map((t) => t.id),
  };
}

const isHealthy = (task: SeenTask): boolean => task.health === 'healthy';
