import type { RouteBook } from '../../lib/shell/aws/route-book';
import { probeTask, type TaskProbe } from '../../lib/shell/probes/thanos-prober';
import type { Tasks, ThanosHistory } from '../../lib/core/thanos/routing';

/** While all is well the load balancer is asked only this often: its API is not made for a poll every 2 s. */
const ASK_EVERY_MS = 20_000;

/** Whether to ask the load balancer now: when it was long ago, after a miss, and while queries do not go through Thanos. */
export function isTimeToAsk(
  { thanos, askedAt }: { readonly thanos: ThanosHistory; readonly askedAt: number | null },
  book: Pick<RouteBook, 'route'>,
  now: number,
): boolean {
  const watchful = thanos.consecutiveFailures > 0 || book.route?.route !== 'thanos';
  return watchful || askedAt === null || now - askedAt >= ASK_EVERY_MS;
}

/** Every query task that is known, probed at once. */
export async function probeTasks(
  book: Pick<RouteBook, 'tasks'>,
  timeoutMs: number,
): Promise<{ readonly probes: readonly TaskProbe[]; readonly tasks: Tasks }> {
  const probes = await Promise.all((book.tasks ?? []).map((task) => probeTask(task, timeoutMs)));
  const tasks = {
    known: probes.length,
    answering: probes.filter((p) => p.error === null).length,
    blind: probes.filter((p) => p.blind).length,
    inService: probes.filter((p) => p.error === null && p.task.inService).length,
  };
  return { probes, tasks };
}
