import type { ConfigBundle } from '../../contract/documents/config';
import type { SecretReferences } from '../../contract/documents/secrets';
import { EXTERNAL_LABELS } from '../../contract/labels';
import type { Cluster } from './cluster';
import type { DeclaredSecrets } from './schema/secrets';
import type { Sound } from './overlay/apply';

/** What nodes are to run. */
export function configBundleOf(
  cluster: Cluster,
  { rules, targets, native, alertmanager, templates }: Omit<Sound, 'config'>,
): ConfigBundle {
  const { droppable } = cluster.load;
  const secrets = referencesOf(cluster.secrets ?? {});
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
    ...(Object.keys(secrets).length === 0 ? {} : { secrets }),
    remedies: cluster.remedies.map(({ name, when }) => ({ name, ...when })),
  };
}

/** Nodes need not know which key encrypts one: their role has the permission. */
const referencesOf = (declared: DeclaredSecrets): SecretReferences =>
  Object.fromEntries(Object.entries(declared).map(([name, { kmsKey: _, ...reference }]) => [name, reference]));
