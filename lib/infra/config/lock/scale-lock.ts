import { UserError } from '../../../contract/errors';
import type { Cluster } from '../cluster';
import { lineOf, lockOf, readLock, type ScaleLock } from './lock-file';

/**
 * Refuses what takes a node or a shard away, or moves a node to where its volume is not. To ask for it, a person deletes
 * the node's line from the lock: a change that is reviewed like every other one. `shown`: the lock's path, for messages.
 */
export function checkScale(cluster: Cluster, lockFile: string, shown: string): UserError[] {
  let lock: ScaleLock | null;
  try {
    lock = readLock(lockFile, shown);
  } catch (error) {
    if (error instanceof UserError) return [error];
    throw error;
  }
  // Another name or region is another cluster.
  if (lock === null || lock.cluster !== cluster.name || lock.region !== cluster.region) return [];
  const now = lockOf(cluster, {}).nodes;
  const at = (node: string): string => `${shown}:${lineOf(lockFile, node)}`;
  const gone = Object.keys(lock.nodes).filter((node) => now[node] === undefined);
  const moved = Object.keys(lock.nodes).filter((node) => now[node] !== undefined && now[node] !== lock.nodes[node]);
  const problems = moved.map(
    (node) =>
      new UserError({
        what: `${node} would move to another zone, and its data volume cannot: a new, empty one would be made`,
        where: at(node),
        got: `${now[node]}, so far ${lock.nodes[node]}`,
        expected: `${lock.nodes[node]}, where its volume is`,
        fix: `placement: { '${node}': '${lock.nodes[node]}' } in config/cluster.ts; if it was never deployed, delete its line here`,
      }),
  );
  if (gone.length > 0) {
    problems.push(
      new UserError({
        what: `this would take away ${gone.join(', ')}`,
        where: at(gone[0]!),
        got: `replicas: ${cluster.replicas}, shards: ${cluster.shards}`,
        expected: `every node that has been there. ${lost(gone, cluster)}`,
        fix: 'raise replicas or shards again; or do what docs/sharding.md says under "Going back", then delete their lines here. If they were never deployed, deleting the lines is all',
      }),
    );
  }
  return problems;
}

function lost(gone: readonly string[], { shards }: Cluster): string {
  const whole = gone.filter((node) => Number(/^prometheus-(\d+)-\d+$/.exec(node)?.[1] ?? 0) >= shards);
  const one = gone.length === 1;
  const volumes = `${one ? 'Its volume stays' : 'Their volumes stay'} but belong${one ? 's' : ''} to nobody, with the samples that no upload has reached yet`;
  return whole.length === 0
    ? `${volumes}; a failure has fewer nodes to go to`
    : `${volumes}; and the targets of ${one ? 'its shard are' : 'their shards are'} scraped by nobody until the layout says otherwise`;
}
