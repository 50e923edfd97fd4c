import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PORTS } from '../../../lib/contract/ports';
import { OWN_JOBS } from '../../../lib/contract/own-jobs';
import { startReference, type ReferenceInstance, type ReferenceOptions } from './reference-instance';

export const ORACLE_PORT = 9390;

/** The oracle: a further Prometheus and Alertmanager on the same targets and rules that nothing ever hurts. */
export function startOracle(
  o: Omit<ReferenceOptions, 'name' | 'pagerPath' | 'prometheusPort' | 'host'> & { readonly address: string },
): ReferenceInstance {
  return startReference({
    ...o,
    name: 'oracle',
    pagerPath: 'oracle',
    prometheusPort: ORACLE_PORT,
    host: { address: o.address, command: (command, args) => ({ command, args: [...args] }) },
  });
}

/** The nodes' own targets in files, as the agents write them for their Prometheus. */
export function writeOracleTargets(
  dir: string,
  nodes: readonly { readonly node: string; readonly address: string }[],
): string {
  mkdirSync(dir, { recursive: true });
  const ports: Record<(typeof OWN_JOBS)[number], number> = {
    prometheus: PORTS.prometheus,
    alertmanager: PORTS.alertmanager,
    'prometheus-ha-agent': PORTS.agent,
  };
  for (const job of OWN_JOBS) {
    const groups = nodes.map((n) => ({ targets: [`${n.address}:${ports[job]}`], labels: { node: n.node } }));
    writeFileSync(join(dir, `${job}.json`), `${JSON.stringify(groups, null, 2)}\n`);
  }
  return dir;
}
