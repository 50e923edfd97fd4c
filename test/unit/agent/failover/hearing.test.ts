import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Contact } from '../../../../agent/base/contact';
import { Failover } from '../../../../agent/failover/failover';
import { serveApi } from '../../../../agent/status/http-api';
import { DEFAULT_POLICY } from '../../../../lib/contract/documents/policy';
import { KNOWN_EPOCH } from '../../../../lib/contract/documents/agent-status';
import type { Assignment } from '../../../../lib/contract/documents/assignment';
import { anAgentStatus, anAssignment, aProbe } from '../../../fixtures/builders';

const settle = async (): Promise<void> => {
  for (let i = 0; i < 5; i += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** Of two nodes this is b; a alerts. */
function aStandby() {
  let now = 1_000_000;
  let inBucket: Assignment = anAssignment({ active: 'a', epoch: 3 });
  let reads = 0;
  const told: number[] = [];
  const contact = new Contact();
  const turns = new Map<number, () => void>();
  const failover = new Failover({
    node: 'b',
    policy: DEFAULT_POLICY,
    nodes: () => ['a', 'b'],
    addresses: () => new Map([['a', 'a'], ['b', 'b']]), // prettier-ignore
    store: {
      readAssignment: async () => ((reads += 1), { assignment: inBucket, etag: '1' }),
      writeAssignment: async () => 'written',
      readHeartbeat: async () => 'beats',
    },
    probe: async (node, _address, _timeoutMs, knownEpoch) => {
      told.push(knownEpoch);
      return aProbe(node, { at: now, agent: { gateOpen: node === 'a', appliedEpoch: 3 } });
    },
    ask: async () => {},
    setGate: () => {},
    onSuperseded: () => {},
    lastGood: { load: () => null, save: () => {} },
    contact,
    prometheusPid: () => 1,
    clock: {
      now: () => now,
      elapsed: () => now,
      sleep: async () => {},
      repeat: (ms, turn) => (turns.set(ms, turn), { stop: () => {} }),
    },
    log: () => {},
  });
  failover.begin(async () => {});
  return {
    failover,
    contact,
    told,
    reads: () => reads,
    write: (next: Assignment) => (inBucket = next),
    /** Time passes, as far as its loops' rhythm goes. */
    async pass(ms: number) {
      for (let left = ms; left > 0; left -= DEFAULT_POLICY.pollMs) {
        now += DEFAULT_POLICY.pollMs;
        turns.get(DEFAULT_POLICY.probe.intervalMs)!();
        await settle();
        turns.get(DEFAULT_POLICY.pollMs)!();
        await settle();
      }
    },
  };
}

test('while all is well the bucket is read every five seconds', async () => {
  const { pass, reads, told } = aStandby();
  await pass(2_000);
  const before = reads();
  await pass(10_000);
  expect(reads() - before).toBe(2);
  expect(told.at(-1)).toBe(3); // whoever is probed learns which epoch this node knows
});

test('who hears of a later epoch reads it at once, and of an earlier one nothing', async () => {
  const { failover, pass, reads, write } = aStandby();
  await pass(3_000);
  const before = reads();
  failover.hear(3);
  failover.hear(NaN);
  await settle();
  expect(reads()).toBe(before);
  write(anAssignment({ active: 'b', epoch: 4 }));
  failover.hear(4);
  await settle();
  expect([reads(), failover.role.role]).toEqual([before + 1, 'active']);
});

test('whoever needs to know that nothing was written has the bucket read at once', async () => {
  const { contact, pass, reads } = aStandby();
  await pass(3_000);
  const before = reads();
  contact.askForRead();
  await settle();
  expect(reads()).toBe(before + 1);
});

test('an agent hears the epoch that its asker knows', async () => {
  const heard: number[] = [];
  const hear = (epoch: number): void => void heard.push(epoch);
  const status = () => anAgentStatus('b');
  const source = { status, hear, held: () => [], counters: () => ({ storeErrors: 0 }) };
  const server = await serveApi(source, '127.0.0.1', 0);
  const { port } = server.address() as AddressInfo;
  for (const query of [`?${KNOWN_EPOCH}=7`, ''])
    expect((await fetch(`http://127.0.0.1:${port}/v1/status${query}`)).status).toBe(200);
  expect(heard).toEqual([7, 0]);
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
});
