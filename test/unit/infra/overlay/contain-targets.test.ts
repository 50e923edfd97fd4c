import { parse } from 'yaml';
import type { Remedy } from '../../../../lib/infra/config/schema/remedies';
import { containRemedies, containTargets } from '../../../../lib/infra/config/overlay/contain-targets';

const HERE = { hosts: { 'redis.trading.internal': '127.77.0.1' }, targets: true };

const FILES = {
  redis: "- targets: ['redis.trading.internal:9121', 'redis.prod.example.com:9121']\n  labels: { tier: cache }\n",
  nodes: "- targets: ['localhost:9100', '10.0.0.7:9100', '[2001:db8::1]:9100']\n",
};

test('targets that exist here are scraped here; of the others nobody is asked, and they keep their names', () => {
  const { targets, elsewhere } = containTargets(FILES, HERE);
  expect(elsewhere).toEqual(['redis.prod.example.com:9121', 'localhost:9100', '10.0.0.7:9100', '[2001:db8::1]:9100']);
  expect(parse(targets.redis!)).toEqual([
    { targets: ['127.77.0.1:9121'], labels: { instance: 'redis.trading.internal:9121', tier: 'cache' } },
    {
      targets: ['127.99.0.1:1'],
      labels: { instance: 'redis.prod.example.com:9121', tier: 'cache', prometheus_ha_local: 'not here' },
    },
  ]);
  const addresses = Object.values(targets).flatMap((text) =>
    (parse(text) as { targets: string[] }[]).flatMap((g) => g.targets),
  );
  expect(addresses.filter((address) => !address.startsWith('127.'))).toEqual([]);
  // Shards share targets by their addresses.
  expect(new Set(addresses).size).toBe(5);
});

test('asked for, targets elsewhere are scraped as they are', () => {
  const { targets, elsewhere } = containTargets(FILES, { ...HERE, targets: false });
  expect(elsewhere).toEqual([]);
  expect(parse(targets.nodes!)).toEqual([
    { targets: ['localhost:9100'] },
    { targets: ['10.0.0.7:9100'] },
    { targets: ['[2001:db8::1]:9100'] },
  ]);
});

const remedy = (name: string, connect: Remedy['connect'], more: Partial<Remedy> = {}): Remedy => ({
  name,
  when: { alert: 'Down' },
  connect,
  ...more,
});

test('remedies of what is elsewhere are left out, with their hooks; those of what is here connect to it', () => {
  const hook = { module: 'x.ts', after: '10s', allow: [] };
  const { remedies, left } = containRemedies(
    [
      remedy(
        'here',
        { kind: 'redis', host: 'redis.trading.internal', port: 6379, username: 'u' },
        { hook, passwordSecret: 's' },
      ),
      remedy('web', { kind: 'http', url: 'http://redis.trading.internal:8080/health' }),
      remedy('far', { kind: 'tcp', host: 'db.example.com', port: 5432 }, { hook }),
      remedy('own', { kind: 'tcp', host: '127.0.0.1', port: 5432 }),
    ],
    HERE,
  );
  expect(left).toEqual(['far', 'own']);
  expect(remedies).toEqual([
    remedy('here', { kind: 'redis', host: '127.77.0.1', port: 6379 }),
    remedy('web', { kind: 'http', url: 'http://127.77.0.1:8080/health' }),
  ]);
});
