import {
  DescribeListenersCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
  TargetHealthStateEnum,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { QueryRoutes } from '../../contract/documents/settings';
import type { Route } from '../../core/thanos/routing';

/** Where a query task serves HTTP. */
export interface QueryTask {
  readonly address: string;
  readonly port: number;
}

/** One attempt and a short time-out: whoever loops asks again anyway. */
export function routingClient(timeoutMs: number): ElasticLoadBalancingV2Client {
  return new ElasticLoadBalancingV2Client({
    maxAttempts: 1,
    requestHandler: { connectionTimeout: timeoutMs, requestTimeout: timeoutMs, throwOnRequestTimeout: true },
  });
}

/**
 * Where the query listener points and where the query tasks are, as the load balancer's API said last. What was once
 * known is kept while the API does not answer: addresses go on being probed then.
 */
export class RouteBook {
  private known: { readonly route: Route; readonly since: number } | null = null;
  private found: readonly QueryTask[] | null = null;

  constructor(
    private readonly elb: ElasticLoadBalancingV2Client,
    private readonly routes: QueryRoutes,
    /** Reads are short: what is known already serves as well. A change is worth waiting for. */
    private readonly timeouts: { readonly readMs: number; readonly writeMs: number },
  ) {}

  /** Of connections that were kept open: in a function that was frozen meanwhile they may be dead. */
  letGo(): void {
    this.elb.destroy();
  }

  /** Where the listener points, and since when it was seen there, ms; null before the first answer. */
  get route(): { readonly route: Route; readonly since: number } | null {
    return this.known;
  }

  /** null before the first answer; empty when no task is registered. */
  get tasks(): readonly QueryTask[] | null {
    return this.found;
  }

  /** Asks for both, at once. @throws when one of them is not answered in time; the other's answer is taken */
  async refresh(now: number): Promise<void> {
    const [route, tasks] = await Promise.allSettled([this.readRoute(), this.readTasks()]);
    if (route.status === 'fulfilled') this.note(route.value, now);
    if (tasks.status === 'fulfilled') this.found = tasks.value;
    for (const read of [route, tasks]) if (read.status === 'rejected') throw read.reason as Error;
  }

  /** Points the listener there; doing it twice is doing it once. @throws when the API does not answer in time */
  async point(route: 'thanos' | 'nodes', now: number): Promise<void> {
    await this.elb.send(
      new ModifyListenerCommand({
        ListenerArn: this.routes.listenerArn,
        DefaultActions: [{ Type: 'forward', TargetGroupArn: this.groupOf(route) }],
      }),
      deadline(this.timeouts.writeMs),
    );
    this.note(route, now);
  }

  private note(route: Route, now: number): void {
    if (this.known?.route !== route) this.known = { route, since: now };
  }

  private async readRoute(): Promise<Route> {
    const answer = await this.elb.send(
      new DescribeListenersCommand({ ListenerArns: [this.routes.listenerArn] }),
      deadline(this.timeouts.readMs),
    );
    const group = answer.Listeners?.[0]?.DefaultActions?.[0]?.TargetGroupArn;
    return group === this.groupOf('thanos') ? 'thanos' : group === this.groupOf('nodes') ? 'nodes' : 'other';
  }

  private readTasks(): Promise<QueryTask[]> {
    return registeredTasks(this.elb, this.groupOf('thanos'), deadline(this.timeouts.readMs));
  }

  private groupOf(route: 'thanos' | 'nodes'): string {
    return route === 'thanos' ? this.routes.thanosTargetGroupArn : this.routes.nodesTargetGroupArn;
  }
}

/** Query tasks that get new connections. */
export async function registeredTasks(
  elb: ElasticLoadBalancingV2Client,
  TargetGroupArn: string,
  options: { readonly abortSignal?: AbortSignal } = {},
): Promise<QueryTask[]> {
  const { TargetHealthDescriptions = [] } = await elb.send(
    new DescribeTargetHealthCommand({ TargetGroupArn }),
    options,
  );
  // A draining task gets no new connection, so its answer would prove nothing.
  return TargetHealthDescriptions.filter((t) => t.TargetHealth?.State !== TargetHealthStateEnum.DRAINING).map((t) => ({
    address: t.Target!.Id!,
    port: t.Target!.Port!,
  }));
}

function deadline(ms: number): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(ms) };
}
