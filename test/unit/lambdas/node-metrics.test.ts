import { secretMetrics, undeliveredMetrics } from '../../../lambdas/health-check/node-metrics';
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
