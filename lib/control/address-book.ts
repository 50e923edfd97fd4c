import type { NodeId } from '../core/assignment';
import type { ControlStore } from './store';

/**
 * Where the nodes are, by their own announcements in S3: no EC2 call stands between a failure and its answer, so
 * EC2's API may be down. What was once known is kept while S3 does not answer either. A node that cannot announce
 * itself could not read its assignment either, so looking it up elsewhere would help nobody.
 */
export class AddressBook {
  private readonly known = new Map<NodeId, string>();

  constructor(
    private readonly nodes: readonly NodeId[],
    private readonly store: Pick<ControlStore, 'readAnnouncement'>,
    private readonly onProblem: (node: NodeId, error: Error) => void,
  ) {}

  /** Never rejects: an address that cannot be refreshed stays as it is. */
  async refresh(): Promise<void> {
    await Promise.all(
      this.nodes.map(async (node) => {
        try {
          const address = (await this.store.readAnnouncement(node))?.address;
          if (address !== undefined) this.known.set(node, address);
        } catch (error) {
          this.onProblem(node, error as Error);
        }
      }),
    );
  }

  addresses(): ReadonlyMap<NodeId, string> {
    return this.known;
  }
}
