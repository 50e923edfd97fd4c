import type { ControlStore } from '../../shell/assignment/store';
import type { NodeAnnouncement } from '../../contract/documents/announcement';
import type { NodeId } from '../../contract/documents/assignment';
import { ifUsable } from './if-usable';

/** Every node of the shard that ever announced itself, by name in order. */
export interface Announced {
  readonly nodes: readonly NodeId[];
  readonly announcements: ReadonlyMap<NodeId, NodeAnnouncement>;
  /** Why that of a node cannot be used, in one line. */
  readonly unusable: ReadonlyMap<NodeId, string>;
}

/** @throws when the control bucket cannot be read */
export async function readAnnouncements(
  store: Pick<ControlStore, 'readAnnouncement' | 'listNodes'>,
  shard: number,
): Promise<Announced> {
  const nodes = (await store.listNodes()).filter((listed) => listed.shard === shard).map(({ node }) => node);
  const unusable = new Map<NodeId, string>();
  const read = async (node: NodeId): Promise<readonly (readonly [NodeId, NodeAnnouncement])[]> => {
    const announcement = await ifUsable(store.readAnnouncement(node), (line) => unusable.set(node, line));
    return announcement === null ? [] : [[node, announcement]];
  };
  const announcements = new Map((await Promise.all(nodes.map(read))).flat());
  // Removed since it was listed: no node of the shard any more.
  return { nodes: nodes.filter((node) => announcements.has(node) || unusable.has(node)), announcements, unusable };
}
