import { Resolver } from 'node:dns/promises';
import { usable } from '../../../../local/run/names/cloud-map';
import { Names } from '../../../../local/run/names/names';
import { buildAnswer, parseQuestion } from '../../../../local/run/names/dns-message';
import { startDnsServer } from '../../../../local/run/names/dns-server';

const NAMES = new Map([
  ['sidecar.metrics.internal', { addresses: ['10.77.0.4', '10.77.16.4'], ttlS: 10 }],
  ['store.metrics.internal', { addresses: [], ttlS: 10 }],
  ['many.metrics.internal', { addresses: Array.from({ length: 12 }, (_, i) => `10.77.0.${i}`), ttlS: 10 }],
]);

describe('the name server', () => {
  let server: Awaited<ReturnType<typeof startDnsServer>>;
  let resolver: Resolver;

  beforeAll(async () => {
    server = await startDnsServer('127.0.0.1', (name) => NAMES.get(name) ?? null, 0);
    resolver = new Resolver({ timeout: 2_000, tries: 2 });
    resolver.setServers([`127.0.0.1:${server.port}`]);
  });
  afterAll(() => server.close());

  test('answers with all addresses and their time to live, whatever the case of the name', async () => {
    const found = await resolver.resolve4('Sidecar.metrics.INTERNAL', { ttl: true });
    expect(found.map((r) => r.address).sort()).toEqual(['10.77.0.4', '10.77.16.4']);
    expect(found.map((r) => r.ttl)).toEqual([10, 10]);
  });

  test('begins with another address each time', async () => {
    const first = async () => (await resolver.resolve4('sidecar.metrics.internal'))[0];
    expect(new Set([await first(), await first()]).size).toBe(2);
  });

  test('gives eight addresses at most', async () => {
    expect(await resolver.resolve4('many.metrics.internal')).toHaveLength(8);
  });

  test('a name without addresses and a name that is not there are told apart', async () => {
    await expect(resolver.resolve4('store.metrics.internal')).rejects.toMatchObject({ code: 'ENODATA' });
    await expect(resolver.resolve6('sidecar.metrics.internal')).rejects.toMatchObject({ code: 'ENODATA' });
    await expect(resolver.resolve4('nobody.metrics.internal')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });
});

test('what is no question is passed over', () => {
  const question = Buffer.from('abcd01000001000000000000' + '0161' + '00' + '00010001', 'hex');
  expect(parseQuestion(question)).toMatchObject({ name: 'a', type: 1 });
  const answer = buildAnswer(parseQuestion(question)!, { addresses: [], ttlS: 10 });
  for (const message of [answer, question.subarray(0, 14), Buffer.alloc(3)]) expect(parseQuestion(message)).toBeNull();
});

test('unhealthy instances are left out, unless all are', () => {
  const [a, b] = [
    { address: '10.0.0.1', healthy: true },
    { address: '10.0.0.2', healthy: false },
  ];
  expect(usable([a, b])).toEqual(['10.0.0.1']);
  expect(usable([b])).toEqual(['10.0.0.2']);
});

describe('a name that was asked for while nobody was there', () => {
  afterEach(() => jest.useRealTimers());

  /** As Cloud Map answers, with one service and the addresses that are given. */
  const names = (soaS: number | null, addresses: readonly string[], dns: { negativeTtlMs: number } | null): Names => {
    const answers: Readonly<Record<string, object>> = {
      ListNamespacesCommand: {
        Namespaces: [{ Id: 'n', Name: 'm.internal', Properties: soaS && { DnsProperties: { SOA: { TTL: soaS } } } }],
      },
      ListServicesCommand: {
        Services: [{ Id: 's', Name: 'store', NamespaceId: 'n', DnsConfig: { DnsRecords: [{ TTL: 10 }] } }],
      },
      GetInstancesHealthStatusCommand: { Status: {} },
    };
    const instances = (): object => ({
      Instances: addresses.map((address) => ({ Id: address, Attributes: { AWS_INSTANCE_IPV4: address } })),
    });
    const send = (command: object): Promise<object> =>
      Promise.resolve(answers[command.constructor.name] ?? instances());
    return new Names({ send } as never, dns);
  };

  test.each([
    ['stays unknown for as long as its namespace says', 10, { negativeTtlMs: 300_000 }, 10_000],
    ['or for five minutes, where it does not', null, { negativeTtlMs: 300_000 }, 300_000],
    ['or not at all, where that is left out', 10, null, 0],
  ])('%s', async (_, soaS, dns, ms) => {
    jest.useFakeTimers({ now: 0, doNotFake: ['nextTick', 'setImmediate'] });
    const addresses: string[] = [];
    const known = names(soaS, addresses, dns);
    await known.refresh();
    expect(known.lookup('store.m.internal')?.addresses ?? []).toEqual([]);
    addresses.push('10.0.0.9');
    await known.refresh();
    jest.setSystemTime(ms - 1);
    if (ms > 0) expect(known.lookup('store.m.internal')).toBeNull();
    jest.setSystemTime(ms);
    expect(known.lookup('store.m.internal')).toEqual({ addresses: ['10.0.0.9'], ttlS: 10 });
    // Of other zones nothing is remembered.
    expect(known.lookup('elsewhere.example')).toBeNull();
  });
});
