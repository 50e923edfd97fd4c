import { AddressBook } from '../../../lib/shell/assignment/address-book';

function book(count: number) {
  const nodes = Array.from({ length: count }, (_, i) => `node-${i}`);
  const read: string[] = [];
  const at = new Map<string, string>(nodes.map((node) => [node, `of-${node}`]));
  let lists = 0;
  const store = {
    listNodes: () => {
      lists += 1;
      return Promise.resolve([
        { shard: 1, node: 'of-another-shard' },
        ...[...at.keys()].map((node) => ({ shard: 0, node })),
      ]);
    },
    readAnnouncement: (node: string) => {
      read.push(node);
      const address = at.get(node);
      return Promise.resolve(address === undefined ? null : ({ address } as never));
    },
  };
  const problems: string[] = [];
  const made = new AddressBook(0, store, (node) => problems.push(node ?? 'list'));
  return { at, read, problems, lists: () => lists, book: made };
}

test('every node is read at every look, so that a new address is known at once', async () => {
  const { book: addresses, at, read } = book(8);
  await addresses.refresh();
  at.set('node-7', 'elsewhere');
  await addresses.refresh();
  expect(read).toHaveLength(16);
  expect(addresses.addresses().get('node-7')).toBe('elsewhere');
});

test('an announcement that is gone is forgotten with the next list, not before', async () => {
  const { book: addresses, at } = book(3);
  await addresses.refresh();
  at.delete('node-0');
  await addresses.refresh();
  expect(addresses.addresses().get('node-0')).toBe('of-node-0');
  for (let i = 0; i < 10; i++) await addresses.refresh();
  expect([...addresses.addresses().keys()]).toEqual(['node-1', 'node-2']);
});

test('one more node is found without anybody being told; listing is rare once there are two', async () => {
  const { book: addresses, at, lists } = book(1);
  await addresses.refresh();
  await addresses.refresh();
  expect([addresses.nodes, lists()]).toEqual([['node-0'], 2]);
  at.set('node-1', 'there');
  await addresses.refresh();
  expect([addresses.nodes, addresses.isComplete]).toEqual([['node-0', 'node-1'], true]);
  at.set('node-2', 'there');
  for (let i = 0; i < 10; i++) await addresses.refresh();
  expect([addresses.nodes, lists()]).toEqual([['node-0', 'node-1', 'node-2'], 4]);
});

test('while all answer where they are known to be, they are read every 30 s; one that does not is looked for at once', async () => {
  const { book: addresses, read, lists } = book(2);
  const look = async (now: number, allAnswer: boolean): Promise<number> => {
    const before = read.length;
    await addresses.refreshIfDue(now);
    addresses.note(allAnswer);
    return read.length - before;
  };
  expect(await look(100_000, true)).toBe(2);
  expect(await look(102_000, true)).toBe(0);
  expect(await look(129_999, false)).toBe(0);
  expect(await look(130_001, true)).toBe(2);
  expect(await look(132_000, true)).toBe(0);
  const listed = lists();
  expect(await look(165_000, true)).toBe(2);
  // Listed by time: a new node is found within a minute.
  expect(lists()).toBe(listed + 1);
  expect(await look(90_000, true)).toBe(2);
});
