import { PartitionGuard, TARGETS_QUERY } from '../../../../agent/alerts/partition-guard';
import { Contact } from '../../../../agent/base/contact';
import { promqlError } from '../../../../lib/infra/config/promql/promql';

test('what is asked about the targets is PromQL', () => {
  expect(promqlError(TARGETS_QUERY)).toBeNull();
});

test('an agent that stood still sends nothing until it has read the control bucket', async () => {
  let now = 100_000;
  let look = (): void => {};
  const contact = new Contact();
  const said: string[] = [];
  const guard = new PartitionGuard({
    targetsUp: async () => 1,
    contact,
    clock: { now: () => now, repeat: (_, turn) => ((look = turn), { stop: () => {} }) },
    log: (_, event) => void said.push(event),
  });
  let asked = 0;
  contact.askForRead = () => (asked += 1);
  look();
  expect(await guard.maySend()).toBe(true);
  expect(asked).toBe(0);
  now += 30_000;
  expect(await guard.maySend()).toBe(false);
  expect(asked).toBe(1);
  contact.storeReadAt = now + 1;
  now += 300;
  look();
  expect(await guard.maySend()).toBe(true);
  expect(said).toEqual(['holds-back', 'speaks-again']);
});

test('a node that nobody answers for four seconds is cut off, told once; one with targets or a bucket is not', async () => {
  let now = 100_000;
  let targetsUp = 0;
  const contact = new Contact();
  const clock = { now: () => now, repeat: () => ({ stop: () => {} }) };
  const guard = new PartitionGuard({ targetsUp: async () => targetsUp, contact, clock, log: () => {} });
  const after = async (ms: number): Promise<boolean> => {
    now += ms;
    return guard.isNewlyCutOff();
  };
  expect([await after(0), await after(3_999), await after(1), await after(1_000)]).toEqual([false, false, true, false]);
  contact.storeReadAt = now;
  targetsUp = 1;
  expect(await after(1_000)).toBe(false);
  // What was read before says nothing of it.
  let asked = 0;
  contact.askForRead = () => {
    asked += 1;
    contact.storeReadAt = now + 1;
  };
  targetsUp = 0.5;
  expect([await after(1_000), await after(5_000)]).toEqual([false, false]);
  expect(asked).toBe(1);
});

test('one that broke the glass is none the wiser for reading the bucket: it waits until its role is decided, or for six seconds', async () => {
  let now = 100_000;
  let targetsUp = 0;
  let look = (): void => {};
  const contact = new Contact();
  const clock = { now: () => now, repeat: (_: number, turn: () => void) => ((look = turn), { stop: () => {} }) };
  const guard = new PartitionGuard({ targetsUp: async () => targetsUp, contact, clock, log: () => {} });
  const after = async (ms: number): Promise<boolean> => {
    for (const end = now + ms; now < end; look()) now = Math.min(end, now + 250);
    return guard.maySend();
  };
  contact.brokeGlass = true;
  expect(await after(0)).toBe(false);
  expect(await after(20_000)).toBe(false);
  // The network is back: the bucket, a target.
  contact.storeReadAt = now;
  targetsUp = 0.5;
  expect([await after(500), await after(5_999)]).toEqual([false, false]);
  expect(await after(1)).toBe(true);
  // Its role is decided, and it may read again.
  contact.brokeGlass = false;
  targetsUp = 0;
  expect(await after(0)).toBe(false);
  contact.storeReadAt = now + 1;
  expect(await after(500)).toBe(true);
});
