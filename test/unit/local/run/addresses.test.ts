import { freeAddresses, lastAddress, RESERVED, reservedAddresses } from '../../../../local/run/hosts/addresses';

test('no address of the local run is given to two, and none is a task’s', () => {
  const host = lastAddress('10.77.0.0/20');
  const { plainPair, balancer, operators, functions } = reservedAddresses(host);
  const own = [host, ...plainPair, balancer, ...Object.values(operators), ...functions];
  expect(new Set(own).size).toBe(own.length);
  expect(plainPair).toHaveLength(2);
  // Seven functions of shard 0 and five of shard 1.
  expect(functions.length).toBeGreaterThanOrEqual(12);
  const tasks = freeAddresses(host, RESERVED + 50).slice(RESERVED);
  expect(tasks.filter((address) => own.includes(address))).toEqual([]);
});
