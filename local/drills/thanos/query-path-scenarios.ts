import { FAILOVERS } from '../failover/failover-scenarios';
import { queryPath } from './queries';
import { queryLoad } from './query-load';
import type { Scenario } from '../scenario';

const PER_SECOND = 50;

/** An incident of the active node, seen by those who query meanwhile. */
function seenByClients(name: string, incident: string): Scenario {
  const base = FAILOVERS.find((s) => s.name === incident)!;
  return {
    ...base,
    name,
    what: `${base.what}; ${PER_SECOND} queries a second through the query port`,
    needsThanos: true,
    instruments: [queryLoad(PER_SECOND, queryPath)],
  };
}

export const QUERY_PATH: readonly Scenario[] = [
  seenByClients('query-path-crash', 'primary-crash'),
  seenByClients('query-path-hang', 'primary-hang'),
];
