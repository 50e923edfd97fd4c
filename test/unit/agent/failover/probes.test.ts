import { Probes } from '../../../../agent/failover/probes';
import { Contact } from '../../../../agent/base/contact';
import { DEFAULT_POLICY } from '../../../../lib/contract/documents/policy';
import type { Probe } from '../../../../lib/core/failover/health';

const probeOf = (node: string, gateOpen: boolean): Probe => ({
  node,
  at: 1_000,
  ready: true,
  scrapeLagMs: 0,
  agent: { appliedEpoch: 1, gateOpen, gatePrimed: true, storeReachable: true, watchdogAt: null },
  errors: [],
});

function probesOf(probe: (node: string) => Promise<Probe>) {
  const addresses = new Map([
    ['node-1', '10.0.0.1'],
    ['node-2', '10.0.0.2'],
  ]);
  const contact = new Contact();
  const deps = {
    self: 'node-1',
    addresses: () => addresses,
    probe,
    knownEpoch: () => 0,
    policy: DEFAULT_POLICY,
    contact,
  };
  return { probes: new Probes(deps), addresses, contact };
}

test('a node that was taken away does not seem to work and to alert for ever', async () => {
  const { probes, addresses, contact } = probesOf(async (node) => probeOf(node, true));
  await probes.round();
  expect(probes).toMatchObject({ peerIsAlerting: true, peerIsHealthy: true });
  expect(contact.peerAnsweredAt).toBe(1_000);
  addresses.delete('node-2');
  await probes.round();
  expect(probes).toMatchObject({ peerIsAlerting: false, peerIsHealthy: false, selfIsHealthy: true });
});

test('an answer to a question from before its role says nothing of a node in it', async () => {
  const asked: (() => void)[] = [];
  const { probes } = probesOf((node) => new Promise((answer) => asked.push(() => answer(probeOf(node, false)))));
  const round = async (meanwhile: () => void): Promise<void> => {
    const done = probes.round();
    meanwhile();
    for (const answer of asked.splice(0)) answer();
    await done;
  };
  await round(() => {});
  expect(probes.streakOf('node-2')).toEqual({ consecutiveSuccesses: 0, consecutiveFailures: 1 });
  await round(() => probes.forget('node-2'));
  expect(probes.streakOf('node-2')).toEqual({ consecutiveSuccesses: 0, consecutiveFailures: 0 });
  await round(() => {});
  expect(probes.streakOf('node-2')).toEqual({ consecutiveSuccesses: 0, consecutiveFailures: 1 });
});
