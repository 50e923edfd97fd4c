import type { NodeId } from '../../contract/documents/assignment';
import type { ControlStore } from './store';

/** A new node has time until it is looked after; listing costs ten times what reading costs. */
const LIST_EVERY = 10;
/** A node that answers is where it was: where it says that it is need not be read meanwhile, ms. */
const QUIET_MS = 30_000;
/** For whoever looks all the time: listed so often at least, ms. */
const LIST_MS = 60_000;

/**
 * Which nodes the shard has and where they are, by their own announcements in S3: one more node changes no function, and
 * no EC2 call stands between a failure and its answer, so EC2's API may be down. What was once known is kept while S3
 * does not answer either. A node that cannot announce itself could not read its assignment either, so looking it up
 * elsewhere would help nobody.
 */
export class AddressBook {
  private readonly known = new Map<NodeId, string>();
  private members: readonly NodeId[] = [];
  /** Looks until the nodes are listed again. */
  private unlisted = 0;
  private allAnswer = false;
  private refreshedAt = 0;
  private listedAt = 0;

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

  /** For whoever probes all the time: while all answer, only now and then. `now` in ms. Never rejects. */
  async refreshIfDue(now: number): Promise<void> {
    const passed = Math.abs(now - this.refreshedAt);
    if (this.allAnswer && this.isComplete && passed < QUIET_MS) return;
    this.refreshedAt = now;
    if (Math.abs(now - this.listedAt) >= LIST_MS) {
      this.unlisted = 0;
      this.listedAt = now;
    }
    await this.refresh();
  }

  /** Whether every node answered where it is known to be. */
  note(allAnswer: boolean): void {
    this.allAnswer = allAnswer;
  }

  /** Reads every announcement again. Never rejects: an address that cannot be refreshed stays as it is. */
  async refresh(): Promise<void> {
    await this.list();
    await Promise.all(
      this.members.map(async (node) => {
        try {
          const address = (await this.store.readAnnouncement(node))?.address;
          if (address !== undefined) this.known.set(node, address);
        } catch (error) {
          this.onProblem(node, error as Error);
        }
      }),
    );
  }

  /** Whose announcement was removed, by whoever removed the node, is forgotten. */
  private async list(): Promise<void> {
    if (this.unlisted-- > 0) return;
    try {
      const listed = await this.store.listNodes();
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
