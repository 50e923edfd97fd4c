import { certificateMetrics, secretMetrics, undeliveredMetrics } from '../../../lambdas/health-check/node-metrics';
import { METRICS } from '../../../lib/contract/metrics';
import { aProbe } from '../../fixtures/builders';

test('nodes whose programs lost something are counted, silent ones and those that lost nothing are not', () => {
  const probes = [
    aProbe('a', { agent: { undelivered: ['its Prometheus dropped 7 posts of alerts'] } }),
    aProbe('b'),
    aProbe('c', { agent: null }),
  ];
  expect(undeliveredMetrics(new Map(probes.map((probe) => [probe.node, probe])))).toEqual([
    { metric: METRICS.undelivered, value: 1 },
  ]);
});

test('nodes without a secret are counted, silent ones are not', () => {
  const probes = [aProbe('a', { agent: { lacksSecrets: ['PAGER'] } }), aProbe('b'), aProbe('c', { agent: null })];
  expect(secretMetrics(new Map(probes.map((probe) => [probe.node, probe])))).toEqual([
    { metric: METRICS.withoutSecrets, value: 1 },
  ]);
});

test('nodes without a certificate that lasts are counted, silent ones and those that ask for none are not', () => {
  const trust = (until: string | null) => ({ agent: { trust: { until, asks: null, refused: null, gossip: null } } });
  const probes = [
    aProbe('a', trust(null)),
    aProbe('b', trust('2026-01-03T00:00:00.000Z')),
    aProbe('c', trust('2026-01-07T00:00:00.000Z')),
    aProbe('d'),
    aProbe('e', { agent: null }),
  ];
  const now = Date.parse('2026-01-01T00:00:00.000Z');
  expect(certificateMetrics(new Map(probes.map((probe) => [probe.node, probe])), now)).toEqual([
    { metric: METRICS.oldCertificates, value: 2 },
  ]);
});
