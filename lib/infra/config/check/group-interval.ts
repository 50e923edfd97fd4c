import { parseDuration } from '../../../contract/duration';
import { longestWaitMs, PEER_TIMEOUT_MS } from '../../../core/alerts/owed';
import type { Cluster } from '../cluster';
import { parseYaml } from '../yaml-file';

interface Route {
  readonly group_interval?: unknown;
  readonly routes?: readonly (Route | null)[];
}

/** Routes whose groups are looked at more often than the last Alertmanager waits for the others: a line each. */
export function groupIntervalWarnings(
  file: string,
  text: string,
  { nodes, shards }: Pick<Cluster, 'nodes' | 'shards'>,
): string[] {
  const members = nodes.length * shards;
  const waitMs = longestWaitMs(members, PEER_TIMEOUT_MS);
  const yaml = parseYaml(file, text, []);
  const visit = (route: Route | null | undefined, path: readonly (string | number)[]): string[] => [
    ...(isShorter(route?.group_interval, waitMs)
      ? [
          `${yaml!.where([...path, 'group_interval'])}: group_interval ${String(route!.group_interval)} is shorter than the last of ${members} Alertmanagers waits for the others (${waitMs / 1000} s): now and then an end is notified twice; ${Math.ceil(waitMs / 1000)}s or more is safe`,
        ]
      : []),
    ...(route?.routes ?? []).flatMap((child, i) => visit(child, [...path, 'routes', i])),
  ];
  return visit((yaml?.value as { route?: Route | null } | null)?.route, ['route']);
}

function isShorter(interval: unknown, waitMs: number): boolean {
  const ms = typeof interval === 'string' ? parseDuration(interval) : null;
  return ms !== null && ms < waitMs;
}
