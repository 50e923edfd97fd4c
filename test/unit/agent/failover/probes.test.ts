import { Probes } from '../../../../agent/failover/probes';
import { DEFAULT_POLICY } from '../../../../lib/contract/documents/policy';
import type { Probe } from '../../../../lib/core/failover/health';

jest.mock('../../../../lib/shell/probes/prober', () => ({
  probeNode: async (node: string): Promise<Probe> => ({
    node,
    at: Date.now(),
    ready: true,
    scrapeLagMs: 0,
    agent: { appliedEpoch: 1, gateOpen: true, gateWarm: true, storeReachable: true, watchdogAt: null },
    errors: [],
  }),
}));

test('a node that was taken away does not seem to work and to alert for ever', async () => {
  const addresses = new Map([
    ['node-1', '10.0.0.1'],
    ['node-2', '10.0.0.2'],
  ]);
  const probes = new Probes('node-1', () => addresses, DEFAULT_POLICY);
  await probes.round();
  expect(probes).toMatchObject({ peerAlerts: true, peerWorks: true });
  addresses.delete('node-2');
  await probes.round();
  expect(probes).toMatchObject({ peerAlerts: false, peerWorks: false, selfWorks: true });
});
