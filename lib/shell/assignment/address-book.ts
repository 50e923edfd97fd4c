import type { NodeId } from '../../contract/assignment';
import { inParallel } from '../async/in-parallel';
import type { ControlStore } from './store';

/** Announcements read again in one look, of nodes that answer. A read costs as much as ten probes. */
const PER_LOOK = 5;
/** Of nodes in doubt: a zone that is lost must not keep the look from the rest. */
const DOUBTFUL_PER_LOOK = 20;
/** What the S3 client keeps open; more would wait inside it and use up their time. */
const PACE = { most: 50, fresh: 50, patienceMs: 1_000 };
/** A new node has time until it is looked after; listing costs ten times what reading costs. */
const LIST_EVERY = 10;

/**
 * Which nodes the shard has and where they are, by their own announcements in S3: one more node changes no function, and
 * no EC2 call stands between a failure and its answer, so EC2's API may be down. What was once known is kept while S3
 * does not answer either. A node that cannot announce itself could not read its assignment either, so looking it up
 * elsewhere would help nobody.
 */
export class AddressBook {
  private readonly known = new Map<NodeId, string>();
  private members: readonly NodeId[] = [];
  /** How many shards have nodes. */
  shards = 1;
  /** Looks until the nodes are listed again. */
  private unlisted = 0;
  /** Whose turn it is to be read again. */
  private turn = 0;

  constructor(
    private readonly shard: number,
    private readonly store: Pick<ControlStore, 'readAnnouncement' | 'listNodes'>,
    /** `node` null: the list of all nodes could not be read. */
    private readonly onProblem: (node: NodeId | null, error: Error) => void,
  ) {}

  /** In order of preference; empty while nobody is known to have announced itself. */
  get nodes(): readonly NodeId[] {
    return this.members;
  }

  /** Whether there is a node, and an address of each. */
  get isComplete(): boolean {
    return this.members.length > 0 && this.members.every((node) => this.known.has(node));
  }

  /**
   * Reads who is unknown, who is in doubt, and of the rest as many as a look every two seconds can afford, in turn:
   * with few nodes, all of them. Never rejects: an address that cannot be refreshed stays as it is.
   */
  async refresh(doubtful: readonly NodeId[] = []): Promise<void> {
    await this.list();
    const { members } = this;
    const turn = Array.from(
      { length: Math.min(PER_LOOK, members.length) },
      (_, i) => members[(this.turn + i) % members.length]!,
    );
    this.turn = (this.turn + turn.length) % Math.max(1, members.length);
    const unknown = members.filter((node) => !this.known.has(node));
    const due = new Set([...unknown, ...doubtful.slice(0, DOUBTFUL_PER_LOOK), ...turn]);
    await inParallel(PACE, [...due], async (node) => {
      try {
        const address = (await this.store.readAnnouncement(node))?.address;
        if (address !== undefined) this.known.set(node, address);
      } catch (error) {
        this.onProblem(node, error as Error);
      }
    });
  }

  /** Whose announcement was removed, by whoever removed the node, is forgotten. */
  private async list(): Promise<void> {
    if (this.unlisted-- > 0) return;
    try {
      const listed = await this.store.listNodes();
      this.shards = Math.max(1, ...listed.map(({ shard }) => shard + 1));
      this.members = listed.filter(({ shard }) => shard === this.shard).map(({ node }) => node);
      this.unlisted = this.members.length < 2 ? 0 : LIST_EVERY - 1;
      for (const node of this.known.keys()) if (!this.members.includes(node)) this.known.delete(node);
    } catch (error) {
      this.unlisted = 0;
      this.onProblem(null, error as Error);
    }
  }

  addresses(): ReadonlyMap<NodeId, string> {
    return this.known;
  }
}
