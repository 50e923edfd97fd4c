import type { Assignment, NodeId } from '../../lib/contract/documents/assignment';
import type { LoadSettings } from '../../lib/contract/documents/settings';
import { METRICS } from '../../lib/contract/metrics';
import { PROFILES } from '../../lib/contract/profile';
import { loadShare } from '../../lib/core/load/shed';
import type { FunctionConfig } from '../shared/config';
import { loadsOf } from '../shared/load-prober';
import { publish } from '../shared/metrics';

/** How much of its nearest load limit the busiest node uses; null when none says, or nothing could be shed. Never rejects. */
export async function lookAtLoad(
  assignment: Assignment | null,
  addresses: ReadonlyMap<NodeId, string>,
  settings: LoadSettings,
  { cluster, shard }: Pick<FunctionConfig, 'cluster' | 'shard'>,
): Promise<number | null> {
  const share = loadShare({ loads: await loadsOf(addresses, settings, null), policy: settings.policy });
  publish(cluster, shard, [
    { metric: METRICS.scrapeProfile, value: PROFILES.indexOf(assignment?.scrapeProfile ?? 'normal') },
    ...(share === null ? [] : [{ metric: METRICS.loadShare, value: share }]),
  ]);
  return settings.droppable === true ? share : null;
}
