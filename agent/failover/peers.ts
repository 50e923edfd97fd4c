import type { NodeAnnouncement } from '../../lib/contract/documents/announcement';
import type { NodeId } from '../../lib/contract/documents/assignment';
import type { NodeConfig } from '../../lib/contract/documents/node-config';
import { announcingDue, gistOf, NOT_ANNOUNCED } from '../../lib/core/failover/announcing';
import { inOrder, type NodeOfShard } from '../../lib/contract/keys';
import type { ControlStore } from '../../lib/shell/assignment/store';
import { writeAtomically } from '../base/files';
import { messageOf, type Log } from '../base/log';
import { readState } from '../base/state-file';
import { writeNodeTargets } from './node-targets';
import type { Paths } from '../base/paths';
import { KNOWN_PEERS } from '../../lib/contract/documents/agent-files';
import { UserError } from '../../lib/contract/errors';

/** A node that announced itself, and where it is. */
interface Known extends NodeOfShard {
  readonly address: string;
}

/**
 * Who is there, and where. Each round says who this node is, then reads where the others are, as far as either is due: of
 * two nodes that start at once, at least one thus sees the other. Nobody knows beforehand which nodes there are, so that one more
 * changes nothing of those that run. The last known addresses are kept on disk for the day on which S3 is down.
 */
export class Peers {
  private known: readonly Known[];
  private listed: readonly NodeOfShard[] = [];
  private done = NOT_ANNOUNCED;
  /** What is known lies on disk as well. */
  private isKept = true;
  private saidNotKept = false;

  constructor(
    private readonly config: NodeConfig,
    private readonly address: string,
    private readonly store: Pick<ControlStore, 'listNodes' | 'readAnnouncement' | 'writeAnnouncement'>,
    private readonly paths: Paths,
    private readonly log: Log,
    /** Addresses of the nodes of all shards. */
    private readonly onChange: (everywhere: readonly string[]) => void,
    private readonly onRead: (announcement: NodeAnnouncement) => void,
  ) {
    this.known = this.withSelf(readState(KNOWN_PEERS, paths.peers, [], log));
    try {
      writeNodeTargets(this.config, this.paths.nodeTargets, this.addresses);
    } catch (error) {
      // A full disk: alerting matters more than watching the peers.
      log('error', 'node-targets-not-written', { error: messageOf(error) });
    }
  }

  /** Nodes of this shard in order of preference, this one included. */
  get nodes(): readonly NodeId[] {
    return this.ofShard.map(({ node }) => node);
  }

  /** Their addresses. */
  get addresses(): ReadonlyMap<NodeId, string> {
    return new Map(this.ofShard.map(({ node, address }) => [node, address]));
  }

  get others(): ReadonlyMap<NodeId, string> {
    return new Map([...this.addresses].filter(([node]) => node !== this.config.node));
  }

  /** Addresses of the nodes of all shards: their Alertmanagers are one cluster. */
  get everywhere(): readonly string[] {
    return this.known.map(({ address }) => address);
  }

  /** `othersAnswer`: each other node of the shard answered when it was last probed. */
  async round(self: NodeAnnouncement, othersAnswer: boolean): Promise<void> {
    const { config, store } = this;
    const now = Date.now();
    const gist = gistOf(self, config.shard);
    const isSharded = this.listed.some(({ shard }) => shard !== config.shard);
    const surroundings = { nodes: this.ofShard.length, othersAnswer, isSharded };
    const due = announcingDue(this.done, gist, surroundings, config.policy.announceMs, now);
    if (due.write) {
      await store.writeAnnouncement(self);
      this.done = { ...this.done, writtenAt: now, said: gist };
    }
    if (due.list) {
      this.listed = await store.listNodes();
      this.done = { ...this.done, listedAt: now };
    }
    this.keep();
    if (due.read === 'none') return;
    await this.readOthers(due.read);
    if (due.read === 'all') this.done = { ...this.done, readAt: now };
  }

  private async readOthers(which: 'all' | 'own shard'): Promise<void> {
    const isMeant = ({ shard }: NodeOfShard): boolean => which === 'all' || shard === this.config.shard;
    const read = await Promise.all(
      this.listed
        .filter(({ node }) => node !== this.config.node)
        .map(async ({ shard, node }) => {
          if (!isMeant({ shard, node })) return this.known.filter((known) => known.node === node);
          const read = await this.readOne({ shard, node });
          if (read === null) return this.known.filter((known) => known.node === node);
          if (read === 'none') return [];
          this.onRead(read);
          return [{ shard, node, address: read.address }];
        }),
    );
    const next = this.withSelf(read.flat());
    if (JSON.stringify(next) === JSON.stringify(this.known)) return;
    this.known = next;
    this.log('info', 'peers-changed', { addresses: Object.fromEntries(next.map((k) => [k.node, k.address])) });
    // First: where alerts go must not wait for a disk that is full.
    this.onChange(this.everywhere);
    this.isKept = false;
    this.keep();
  }

  /** On disk, until it took. */
  private keep(): void {
    if (this.isKept) return;
    try {
      writeNodeTargets(this.config, this.paths.nodeTargets, this.addresses);
      writeAtomically(this.paths.peers, KNOWN_PEERS.serialize(this.known));
      this.isKept = true;
      this.saidNotKept = false;
    } catch (error) {
      if (!this.saidNotKept) this.log('error', 'peers-not-kept', { error: messageOf(error) });
      this.saidNotKept = true;
    }
  }

  /** One that cannot be understood keeps nobody from learning where the others are: null, its last address stays. */
  private async readOne({ shard, node }: NodeOfShard): Promise<NodeAnnouncement | 'none' | null> {
    try {
      return (await this.store.readAnnouncement(node, shard)) ?? 'none';
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.log('warn', 'announcement-unusable', { node, error: error.message });
      return null;
    }
  }

  private get ofShard(): readonly Known[] {
    return this.known.filter(({ shard }) => shard === this.config.shard);
  }

  private withSelf(others: readonly Known[]): readonly Known[] {
    const { node, shard } = this.config;
    const rest = others.filter((other) => other.node !== node);
    return [...rest, { shard, node, address: this.address }].sort(inOrder);
  }
}
