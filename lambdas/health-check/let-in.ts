import { reasonOf } from '../../lib/shell/probes/prober';
import type { ControlStore } from '../../lib/shell/assignment/store';
import { ONE_SHARD } from '../../lib/contract/documents/shard-map';
import { decideLayout, type ReportedNode } from '../../lib/core/sharding/sharding';
import { log } from '../shared/log';

/** Said once: it stays true for minutes. */
let said = '';
/** A shard that has its targets keeps them. */
let isIn = false;

/**
 * Lets a new shard in, step by step: its own health-check raises the layout of the shards when the nodes are ready for
 * it. Shard 0 was always in. Never rejects: the next cycle tries again.
 */
export async function letIn(
  shard: number,
  store: Pick<ControlStore, 'listNodes' | 'readAnnouncement' | 'readLayout' | 'writeLayout'>,
  now: number,
): Promise<void> {
  if (shard === 0 || isIn) return;
  try {
    const [read, nodes] = await Promise.all([store.readLayout(), reported(store)]);
    const layout = read?.layout ?? ONE_SHARD;
    const decision = decideLayout(layout, shard, nodes, now);
    isIn = shard < layout.shards;
    if (decision.kind === 'write') {
      const how = await store.writeLayout(decision.next, read?.etag ?? null);
      log('warn', how === 'written' ? 'layout-raised' : 'layout-lost', { because: decision.because });
    } else if (decision.because !== said) {
      log('info', 'layout-kept', { because: decision.because });
    }
    said = decision.because;
  } catch (error) {
    log('warn', 'layout-not-looked-at', { error: reasonOf(error) });
  }
}

async function reported(store: Pick<ControlStore, 'listNodes' | 'readAnnouncement'>): Promise<ReportedNode[]> {
  const nodes = await store.listNodes();
  const read = await Promise.all(
    nodes.map(async ({ shard, node }) => {
      const announcement = await store.readAnnouncement(node, shard);
      return announcement === null ? [] : [{ shard, node, at: announcement.at, report: announcement.report ?? null }];
    }),
  );
  return read.flat();
}
