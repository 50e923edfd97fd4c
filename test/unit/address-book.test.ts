import { AddressBook } from '../../lib/control/address-book';

function book(count: number) {
  const nodes = Array.from({ length: count }, (_, i) => `node-${i}`);
  const read: string[] = [];
  const at = new Map<string, string>(nodes.map((node) => [node, `of-${node}`]));
  const store = {
    readAnnouncement: (node: string) => {
      read.push(node);
      const address = at.get(node);
      return Promise.resolve(address === undefined ? null : ({ address } as never));
    },
  };
  const problems: string[] = [];
  return { nodes, at, read, problems, book: new AddressBook(nodes, store, (node) => problems.push(node)) };
}

test('two nodes are read at every look, so that a new address is known at once', async () => {
  const { book: addresses, at, read } = book(2);
  await addresses.refresh();
  at.set('node-1', 'elsewhere');
  await addresses.refresh();
  expect(read).toHaveLength(4);
  expect(addresses.addresses().get('node-1')).toBe('elsewhere');
});

test('of many nodes all are read once, then in turn, and who is in doubt at once', async () => {
  const { book: addresses, nodes, at, read } = book(1_000);
  await addresses.refresh();
  expect(addresses.addresses().size).toBe(1_000);
  read.length = 0;
  at.set('node-999', 'elsewhere');
  await addresses.refresh(['node-999']);
  expect(read.length).toBeLessThanOrEqual(6);
  expect(addresses.addresses().get('node-999')).toBe('elsewhere');
  for (let i = 0; i < 199; i++) await addresses.refresh();
  expect(new Set(read).size).toBe(nodes.length);
});

test('an address that is gone or cannot be read stays as it was', async () => {
  const { book: addresses, at } = book(2);
  await addresses.refresh();
  at.delete('node-0');
  await addresses.refresh();
  expect(addresses.addresses().get('node-0')).toBe('of-node-0');
});
