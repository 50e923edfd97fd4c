import { Resolver } from 'node:dns/promises';
import { usable } from '../../../../local/run/names/cloud-map';
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
