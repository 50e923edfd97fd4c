import { join } from 'node:path';
import type { NodeId } from '../../lib/contract/documents/assignment';
import type { NodeConfig } from '../../lib/contract/documents/node-config';
import { PORTS } from '../../lib/contract/ports';
import { readIfExists, writeAtomically } from '../base/files';

/**
 * The nodes as targets, in file_sd's format. Files of their own, because a changed peer must not cost a reload: reloads
 * drop alerts for seconds.
 */
export function writeNodeTargets(
  { thanos }: Pick<NodeConfig, 'thanos'>,
  directory: string,
  addresses: ReadonlyMap<NodeId, string>,
): void {
  const ports = {
    prometheus: PORTS.prometheus,
    alertmanager: PORTS.alertmanager,
    'prometheus-ha-agent': PORTS.agent,
    ...(thanos === null ? {} : { 'thanos-sidecar': PORTS.thanosHttp }),
  };
  for (const [job, port] of Object.entries(ports)) {
    const groups = [...addresses].map(([node, address]) => ({ targets: [`${address}:${port}`], labels: { node } }));
    const text = `${JSON.stringify(groups, null, 2)}\n`;
    const file = join(directory, `${job}.json`);
    if (readIfExists(file) !== text) writeAtomically(file, text);
  }
}
