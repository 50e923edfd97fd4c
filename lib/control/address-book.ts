import type { NodeId } from '../core/assignment';
import { inParallel } from './in-parallel';
import type { ControlStore } from './store';

/** Announcements read again in one look, of nodes that answer. A read costs as much as ten probes. */
const PER_LOOK = 5;
/** Of nodes in doubt: a zone that is lost must not keep the look from the rest. */
const DOUBTFUL_PER_LOOK = 20;
/** What the S3 client keeps open; more would wait inside it and use up their time. */
const PACE = { most: 50, fresh: 50, patienceMs: 1_000 };

/**
 * Where the nodes are, by their own announcements in S3: no EC2 call stands between a failure and its answer, so
 * EC2's API may be down. What was once known is kept while S3 does not answer either. A node that cannot announce
 * itself could not read its assignment either, so looking it up elsewhere would help nobody.
 */
export class AddressBook {
  private readonly known = new Map<NodeId, string>();
  /** Whose turn it is to be read again. */
  private turn = 0;

  constructor(
    private readonly nodes: readonly NodeId[],
    private readonly store: Pick<ControlStore, 'readAnnouncement'>,
    private readonly onProblem: (node: NodeId, error: Error) => void,
  ) {}

  /**
   * Reads who is unknown, who is in doubt, and of the rest as many as a look every two seconds can afford, in turn:
   * with few nodes, all of them. Never rejects: an address that cannot be refreshed stays as it is.
   */
  async refresh(doubtful: readonly NodeId[] = []): Promise<void> {
    const { nodes } = this;
    const turn = Array.from(
      { length: Math.min(PER_LOOK, nodes.length) },
      (_, i) => nodes[(this.turn + i) % nodes.length]!,
    );
    this.turn = (this.turn + turn.length) % Math.max(1, nodes.length);
    const unknown = nodes.filter((node) => !this.known.has(node));
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

  addresses(): ReadonlyMap<NodeId, string> {
    return this.known;
  }
}
