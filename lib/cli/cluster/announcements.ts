import type { ControlStore } from '../../shell/assignment/store';
import type { NodeAnnouncement } from '../../contract/documents/announcement';

/** Every node of the shard that ever announced itself, by name in order. @throws when the control bucket cannot be read */
export async function readAnnouncements(
  store: Pick<ControlStore, 'readAnnouncement' | 'listNodes'>,
  shard: number,
): Promise<ReadonlyMap<string, NodeAnnouncement>> {
  const nodes = (await store.listNodes()).filter((listed) => listed.shard === shard);
  const found = await Promise.all(nodes.map(async ({ node }) => [node, await store.readAnnouncement(node)] as const));
  return new Map(found.filter((entry): entry is [string, NodeAnnouncement] => entry[1] !== null));
}
