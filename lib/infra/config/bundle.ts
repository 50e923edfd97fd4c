import type { ConfigBundle } from '../../contract/documents/config';
import { EXTERNAL_LABELS } from '../../contract/labels';
import type { Cluster } from './cluster';
import type { Sound } from './overlay/apply';

/** What nodes are to run. */
export function configBundleOf(
  cluster: Cluster,
  { rules, targets, native, alertmanager, templates }: Omit<Sound, 'config'>,
): ConfigBundle {
  const { droppable } = cluster.load;
  return {
    version: 1,
    global: { scrapeInterval: cluster.scrapeInterval, evaluationInterval: cluster.evaluationInterval },
    ...(droppable === undefined ? {} : { droppable }),
    scrapeLimits: cluster.scrapeLimits,
    externalLabels: { [EXTERNAL_LABELS.cluster]: cluster.name },
    rules,
    targets,
    ...(native === null ? {} : { prometheus: native.text, files: native.named.files }),
    alertmanager,
    ...(Object.keys(templates).length === 0 ? {} : { templates }),
    remedies: cluster.remedies.map(({ name, when }) => ({ name, ...when })),
  };
}
