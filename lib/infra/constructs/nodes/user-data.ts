import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { NodeConfig } from '../../../contract/documents/node-config';
import { sysusers } from '../../../contract/node-users';
import { NODE_MAJOR } from '../../../contract/versions';

/** What the boot stub needs to know before there is an agent. */
export interface BootConfig {
  /** Where the agent is, and the SHA-256 of its bytes, hex. */
  readonly agent: { readonly bucket: string; readonly key: string; readonly sha256: string };
  /** The group that waits for this node: stack and logical id. */
  readonly signal: { readonly stack: string; readonly resource: string };
}

const FILES = join(__dirname, 'files');
const UNITS = '/etc/systemd/system';
const CONFIG = '/etc/prometheus-ha';
const STARTED = ['agent', 'signal', 'logs'];

/**
 * User data is data: files for cloud-init to write, and the units to start. The logic is the agent's, where
 * tests reach it.
 */
export function userData(node: NodeConfig, boot: BootConfig, logs: object): string {
  const json = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`;
  const own = (name: string): string =>
    readFileSync(join(FILES, name), 'utf8').replaceAll('@NODE@', String(NODE_MAJOR));
  const cloudConfig = {
    write_files: [
      { path: `${CONFIG}/node.json`, content: json(node) },
      { path: `${CONFIG}/boot.json`, content: json(boot) },
      { path: `${CONFIG}/users.conf`, content: sysusers() },
      { path: `${CONFIG}/logs.json`, content: json(logs) },
      { path: `${CONFIG}/boot.sh`, content: own('boot.sh'), permissions: '0755' },
      { path: `${CONFIG}/signal.sh`, content: own('signal.sh'), permissions: '0755' },
      { path: `${UNITS}/prometheus-ha-agent.service`, content: own('prometheus-ha-agent.service') },
      { path: `${UNITS}/prometheus-ha-signal.service`, content: own('prometheus-ha-signal.service') },
      { path: `${UNITS}/prometheus-ha-logs.service`, content: own('prometheus-ha-logs.service') },
    ],
    // Not waited for: a unit that is still trying must not hold cloud-init.
    runcmd: [
      ['systemctl', 'daemon-reload'],
      ['systemctl', 'enable', '--now', '--no-block', ...STARTED.map((unit) => `prometheus-ha-${unit}.service`)],
    ],
  };
  return `#cloud-config\n${stringify(cloudConfig, { lineWidth: 0 })}`;
}
