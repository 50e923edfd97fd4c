import type { NodeId } from '../../contract/documents/assignment';
import type { Route } from '../thanos/routing';

/** The way that queries take, as an operator sees it from outside. */
export interface QueryWay {
  /** Where the query listener points. */
  readonly route: Route;
  /** `blind`: of those that answer, the ones that ask no node. */
  readonly tasks: { readonly registered: number; readonly answering: number; readonly blind: number };
  /** Who answers a query task; null when no task says so. */
  readonly stores: { readonly gateways: number; readonly replicas: readonly NodeId[] } | null;
}

/** A way that could not be looked at, and why. */
export interface UnknownWay {
  readonly unknown: string;
}

/** What is wrong with it, worst first, one sentence each. null: the cluster has no Thanos. */
export function queryProblems(way: QueryWay | UnknownWay | null, nodes: readonly NodeId[]): string[] {
  if (way === null) return [];
  if ('unknown' in way) return [`Not looked at: the way of queries (${way.unknown}).`];
  const { route, tasks, stores } = way;
  const { registered, answering, blind } = tasks;
  const found: string[] = [];
  if (route === 'nodes')
    found.push(
      "Queries go to the nodes' own Thanos: nothing of what only the bucket has, and the nodes carry the load.",
    );
  if (route === 'other') {
    found.push('The query port leads to neither Thanos nor the nodes: route-queries leaves it as somebody set it.');
  }
  if (answering < registered || registered === 0) {
    found.push(
      answering === 0
        ? `No Thanos query task answers; ${registered} registered.`
        : `${answering} of ${registered} Thanos query tasks answer.`,
    );
  }
  if (blind > 0) {
    found.push(
      `${blind} of ${registered} Thanos query tasks answer without asking any node: queries there find nothing.`,
    );
  }
  if (stores === null) return found;
  const unseen = nodes.filter((node) => !stores.replicas.includes(node));
  if (unseen.length > 0) found.push(`Thanos has no answer from the sidecar of ${unseen.join(' and ')}.`);
  if (stores.gateways === 0) {
    found.push('Thanos has no answer from a store gateway: what only the bucket has is missing in queries.');
  }
  return found;
}

/** What `/api/v1/stores` of Thanos query answers, by kind of store. */
export type StoreList = Readonly<
  Record<
    string,
    | readonly {
        /** null or absent: its last check was answered. */
        readonly lastError?: unknown;
        readonly labelSets: readonly Readonly<Record<string, string>>[] | null;
      }[]
    | null
  >
>;

/** Those of its stores that answered its last check. */
export function storesOf(list: StoreList, replicaLabel: string): NonNullable<QueryWay['stores']> {
  const well = (kind: string) => (list[kind] ?? []).filter((store) => (store.lastError ?? null) === null);
  const replicas = well('sidecar').flatMap((s) => (s.labelSets ?? []).map((labels) => labels[replicaLabel] ?? ''));
  return { gateways: well('store').length, replicas: [...new Set(replicas)].sort() };
}
