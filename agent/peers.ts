import { join } from 'node:path';
import type { NodeId } from '../lib/core/assignment';
import { PORTS } from '../lib/core/names';
import type { NodeAnnouncement, NodeConfig } from '../lib/core/node-documents';
import type { ControlStore } from '../lib/control/store';
import { readIfExists, writeAtomically } from './files';
import { messageOf, type Log } from './log';
import type { Paths } from './paths';

/**
 * Who is where. Each round says where this node is, then reads where the others are: of two nodes that
 * start at once, at least one thus sees the other. The last known addresses are kept on disk for the
 * day on which S3 is down.
 */
export class Peers {
  private known: Record<NodeId, string>;

  constructor(
    private readonly config: NodeConfig,
    private readonly store: Pick<ControlStore, 'readAnnouncement' | 'writeAnnouncement'>,
    private readonly paths: Paths,
    private readonly self: () => NodeAnnouncement,
    private readonly log: Log,
    private readonly onChange: () => void,
  ) {
    this.known = { ...this.load(), [config.node]: self().address };
    try {
      this.publishTargets();
    } catch (error) {
      // A full disk: alerting matters more than watching the peers.
      log('error', 'node-targets-not-written', { error: messageOf(error) });
    }
  }

  /** Addresses of all nodes that ever announced themselves, this one included. */
  get addresses(): ReadonlyMap<NodeId, string> {
    return new Map(this.config.nodes.flatMap((n) => (this.known[n] === undefined ? [] : [[n, this.known[n]]])));
  }

  get others(): ReadonlyMap<NodeId, string> {
    return new Map([...this.addresses].filter(([node]) => node !== this.config.node));
  }

  async round(): Promise<void> {
    await this.store.writeAnnouncement(this.self());
    const others = this.config.nodes.filter((n) => n !== this.config.node);
    const read = await Promise.all(others.map((n) => this.store.readAnnouncement(n)));
    const next = { ...this.known };
    for (const peer of read) if (peer !== null) next[peer.node] = peer.address;
    if (JSON.stringify(next) === JSON.stringify(this.known)) return;
    this.known = next;
    writeAtomically(this.paths.peers, `${JSON.stringify(next, null, 2)}\n`);
    this.publishTargets();
    this.log('info', 'peers-changed', { addresses: next });
    this.onChange();
  }

  private load(): Record<NodeId, string> {
    try {
      return JSON.parse(readIfExists(this.paths.peers) ?? '{}') as Record<NodeId, string>;
    } catch (error) {
      this.log('warn', 'state-damaged', { file: this.paths.peers, error: messageOf(error) });
      return {};
    }
  }

  /** Files of their own, because a changed peer must not cost a reload: reloads drop alerts for seconds. */
  private publishTargets(): void {
    const ports = {
      prometheus: PORTS.prometheus,
      alertmanager: PORTS.alertmanager,
      'prometheus-ha-agent': PORTS.agent,
      ...(this.config.thanos === null ? {} : { 'thanos-sidecar': PORTS.thanosHttp }),
    };
    for (const [job, port] of Object.entries(ports)) {
      const groups = [...this.addresses].map(([node, address]) => ({
        targets: [`${address}:${port}`],
        labels: { node },
      }));
      const text = `${JSON.stringify(groups, null, 2)}\n`;
      const file = join(this.paths.nodeTargets, `${job}.json`);
      if (readIfExists(file) !== text) writeAtomically(file, text);
    }
  }
}
