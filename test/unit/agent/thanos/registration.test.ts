import { ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import { Registration } from '../../../../agent/thanos/registration';

/** A Cloud Map in which a registration takes until `operations` says that it has ended. */
let calls: string[];
let there: string | null;
let operation: { Status: string; ErrorMessage?: string };
beforeEach(() => {
  [calls, there, operation] = [[], null, { Status: 'PENDING' }];
  jest.spyOn(ServiceDiscoveryClient.prototype, 'send').mockImplementation(async (command: object) => {
    const name = command.constructor.name.replace('Command', '');
    calls.push(name);
    if (name === 'RegisterInstance') return { OperationId: 'op-1' };
    if (name === 'GetOperation') return { Operation: operation };
    if (there === null) throw Object.assign(new Error('none'), { name: 'InstanceNotFound' });
    return { Instance: { Attributes: { AWS_INSTANCE_IPV4: there } } };
  });
});
afterEach(() => jest.restoreAllMocks());

const registrations = (): number => calls.filter((name) => name === 'RegisterInstance').length;
const registration = (): Registration => new Registration('srv-1', 'prometheus-1', '10.0.0.1');

test('it registers once, waits until that has ended, and then only looks', async () => {
  const node = registration();
  await node.keep();
  await node.keep();
  expect(registrations()).toBe(1);
  [operation, there] = [{ Status: 'SUCCESS' }, '10.0.0.1'];
  for (let round = 0; round < 3; round++) await node.keep();
  expect(registrations()).toBe(1);
  // No operation is asked for any more.
  expect(calls.slice(-2)).toEqual(['GetInstance', 'GetInstance']);
  there = null;
  await node.keep();
  expect(registrations()).toBe(2);
});

test("another machine's address is replaced", async () => {
  there = '10.0.0.9';
  await registration().keep();
  expect(registrations()).toBe(1);
});

test('a registration that failed is told, and asked for again', async () => {
  const node = registration();
  await node.keep();
  operation = { Status: 'FAIL', ErrorMessage: 'Route 53 is busy' };
  await expect(node.keep()).rejects.toThrow('the last registration failed: Route 53 is busy');
  expect(registrations()).toBe(2);
});
