import { UserError } from '../../lib/contract/errors';
import { reasonOf } from '../../lib/shell/probes/prober';
import type { ControlStore } from '../../lib/shell/assignment/store';
import { swappableShardMap } from '../../lib/shell/assignment/swappable';
import { updateByCas } from '../../lib/shell/assignment/update-by-cas';
import { ONE_SHARD, type ShardMap } from '../../lib/contract/documents/shard-map';
import { decideShardMap, type ReportedNode } from '../../lib/core/sharding/sharding';
import { log } from '../shared/log';

/** Said once: it stays true for minutes. */
let said = '';
/** A shard that has its targets keeps them. */
let isIn = false;

/**
 * Lets a new shard in, step by step: its own health-check raises the shard map when the nodes are ready for
 * it. Shard 0 was always in. Never rejects: the next cycle tries again.
 */
export async function admitShard(
  shard: number,
  store: Pick<ControlStore, 'listNodes' | 'readAnnouncement' | 'readShardMap' | 'writeShardMap'>,
  announceMs: number,
  now: number,
): Promise<void> {
  if (shard === 0 || isIn) return;
  try {
    const outcome = await updateByCas<ShardMap, string, readonly ReportedNode[]>(
      swappableShardMap(store),
      (current, nodes) => {
        const map = current ?? ONE_SHARD;
        isIn = shard < map.shards;
        const decision = decideShardMap(map, shard, nodes, announceMs, now);
        const { because: result } = decision;
        return decision.kind === 'write' ? { kind: 'write', next: decision.next, result } : { kind: 'done', result };
      },
      { mostLost: 1, beside: () => reported(store) },
    );
    if (outcome.kind === 'written') log('warn', 'shard-map-raised', { because: outcome.result });
    // Another function of this shard has just raised it; the next cycle sees how.
    else if (outcome.kind === 'lost') log('warn', 'shard-map-lost', { because: 'another writer was first' });
    else if (outcome.result !== said) log('info', 'shard-map-kept', { because: outcome.result });
    said = outcome.kind === 'lost' ? '' : outcome.result;
  } catch (error) {
    log('warn', 'shard-map-not-looked-at', { error: reasonOf(error) });
  }
}

async function reported(store: Pick<ControlStore, 'listNodes' | 'readAnnouncement'>): Promise<ReportedNode[]> {
  const nodes = await store.listNodes();
  const read = await Promise.all(
    nodes.map(async ({ shard, node }) => {
      const announcement = await store.readAnnouncement(node, shard).catch((error: unknown) => {
        if (!(error instanceof UserError)) throw error;
        log('warn', 'announcement-unusable', { node, error: error.message }); // it counts as silent, the others go on
        return null;
      });
      return announcement === null ? [] : [{ shard, node, at: announcement.at, report: announcement.report ?? null }];
    }),
  );
  return read.flat();
}
