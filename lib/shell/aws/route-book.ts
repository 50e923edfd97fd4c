import {
  DescribeListenersCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
  TargetHealthStateEnum,
  type Listener,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Policy } from '../../contract/documents/policy';
import type { QueryRoutes } from '../../contract/documents/settings';
import type { Route } from '../../core/thanos/routing';

/** Where a query task serves HTTP. */
export interface QueryTask {
  readonly address: string;
  readonly port: number;
  /** The load balancer gives it connections, or would. */
  readonly inService: boolean;
}

/** One attempt and a short time-out: whoever loops asks again anyway. */
export function routingClient(timeoutMs: number): ElasticLoadBalancingV2Client {
  return new ElasticLoadBalancingV2Client({
    maxAttempts: 1,
    requestHandler: { connectionTimeout: timeoutMs, requestTimeout: timeoutMs, throwOnRequestTimeout: true },
  });
}

/** Where the listener points. */
export interface ListenerRoute {
  readonly route: Route;
  /** Both target groups hang on it. */
  readonly whole: boolean;
}

export interface KnownRoute extends ListenerRoute {
  /** Since when it was seen to point there, ms. */
  readonly since: number;
}

/**
 * Where the query listener points and where the query tasks are, as the load balancer's API said last. What was once
 * known is kept while the API does not answer: addresses go on being probed then.
 */
export class RouteBook {
  private known: KnownRoute | null = null;
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

  /** null before the first answer. */
  get route(): KnownRoute | null {
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

  /**
   * Points the listener there; doing it twice is doing it once. Both groups stay on it, one with weight 0: a group of a
   * service that no listener forwards to locks the service. @throws when the API does not answer in time
   */
  async point(route: 'thanos' | 'nodes', now: number): Promise<void> {
    await this.elb.send(
      new ModifyListenerCommand({
        ListenerArn: this.routes.listenerArn,
        DefaultActions: [
          {
            Type: 'forward',
            ForwardConfig: {
              TargetGroups: (['thanos', 'nodes'] as const).map((way) => ({
                TargetGroupArn: this.groupOf(way),
                Weight: way === route ? 1 : 0,
              })),
            },
          },
        ],
      }),
      deadline(this.timeouts.writeMs),
    );
    this.note({ route, whole: true }, now);
  }

  private note(seen: ListenerRoute, now: number): void {
    this.known = { ...seen, since: this.known?.route === seen.route ? this.known.since : now };
  }

  private async readRoute(): Promise<ListenerRoute> {
    const answer = await this.elb.send(
      new DescribeListenersCommand({ ListenerArns: [this.routes.listenerArn] }),
      deadline(this.timeouts.readMs),
    );
    return routeOf(answer.Listeners?.[0], { thanos: this.groupOf('thanos'), nodes: this.groupOf('nodes') });
  }

  private readTasks(): Promise<QueryTask[]> {
    return registeredTasks(this.elb, this.groupOf('thanos'), deadline(this.timeouts.readMs));
  }

  private groupOf(route: 'thanos' | 'nodes'): string {
    return route === 'thanos' ? this.routes.thanosTargetGroupArn : this.routes.nodesTargetGroupArn;
  }
}

/** @param groups ARNs */
export function routeOf(
  listener: Listener | undefined,
  groups: { readonly thanos: string; readonly nodes: string },
): ListenerRoute {
  const { TargetGroupArn, ForwardConfig } = listener?.DefaultActions?.[0] ?? {};
  const all =
    TargetGroupArn === undefined ? (ForwardConfig?.TargetGroups ?? []) : [{ TargetGroupArn, Weight: undefined }];
  const [to, ...more] = all.filter(({ Weight }) => Weight !== 0);
  const only = more.length === 0 ? to?.TargetGroupArn : undefined;
  const route = only === groups.thanos ? 'thanos' : only === groups.nodes ? 'nodes' : 'other';
  return { route, whole: Object.values(groups).every((arn) => all.some((group) => group.TargetGroupArn === arn)) };
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
    inService: t.TargetHealth?.State === TargetHealthStateEnum.HEALTHY,
  }));
}

function deadline(ms: number): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(ms) };
}

/** Of functions: nobody is waited for longer than a probe, as an API that is silent must not make the third one late. */
export function connectRoutes({ probe, storeTimeoutMs: writeMs }: Policy, routes: QueryRoutes): RouteBook {
  return new RouteBook(routingClient(writeMs), routes, { readMs: probe.timeoutMs, writeMs });
}
