import type { Assignment } from '../../../../lib/contract/documents/assignment';
import { DEFAULT_POLICY as policy } from '../../../../lib/contract/documents/policy';
import type { Probe } from '../../../../lib/core/failover/health';
import { decideOperation, type Operation, type OperationSituation } from '../../../../lib/core/failover/operations';
import { anAssignment, aProbe } from '../../../fixtures/builders';

const NOW = Date.UTC(2026, 0, 1, 3);
const A = anAssignment({ epoch: 7, reason: 'it was first', promotions: ['2026-01-01T00:00:00.000Z'] });
const PAUSED: Assignment = { ...A, paused: { by: 'kim@desk', since: A.at, reason: 'new disks' } };
const AGENT = aProbe('', { agent: { appliedEpoch: 7 } }).agent!;
const probe = (node: string, over: Partial<Probe> = {}): Probe => ({
  ...aProbe(node, { at: NOW, agent: { appliedEpoch: 7, gateOpen: node === 'a' } }),
  ...over,
});
const FINE = [probe('a'), probe('b'), probe('c')];

function decide(operation: Operation, over: Partial<OperationSituation> & { seen?: Probe[] } = {}) {
  const { seen = FINE, ...rest } = over;
  const probes = new Map(seen.map((p) => [p.node, p]));
  return decideOperation(
    operation,
    { assignment: A, nodes: ['a', 'b', 'c'], probes, operator: 'op@host', policy, ...rest },
    NOW,
  );
}
const to = (node: string | null): Operation => ({ kind: 'switchover', to: node, reason: 'new kernel' });

test('a switch-over writes the next epoch for the node that was named, and says who asked and why', () => {
  expect(decide(to('c'))).toEqual({
    kind: 'write',
    because: 'c took over from a: op@host asked for it (new kernel).',
    next: {
      ...A,
      epoch: 8,
      active: 'c',
      by: 'operator',
      reason: 'c took over from a: op@host asked for it (new kernel).',
      since: '2026-01-01T03:00:00.000Z',
      at: '2026-01-01T03:00:00.000Z',
    },
  });
});

test('a switch-over without a reason says only who asked', () => {
  expect(decide({ kind: 'switchover', to: 'c', reason: '' }).because).toBe('c took over from a: op@host asked for it.');
});

test('without a name the first standby that can takes over', () => {
  const seen = [probe('a'), probe('b', { ready: false }), probe('c')];
  expect(decide(to(null), { seen })).toMatchObject({ kind: 'write', next: { active: 'c' } });
});

test.each<[string, Partial<Probe>, string]>([
  ['not ready', { ready: false }, 'b: Prometheus is not ready'],
  ['not scraping', { scrapeLagMs: 60_000 }, 'b: Prometheus last scraped 60.0 s ago'],
  ['an agent that is silent', { agent: null }, 'b: the agent does not answer'],
  ['blind', { agent: { ...AGENT, undiscovered: ['ec2'] } }, 'b: it has not discovered the targets of ec2 since'],
  ['deaf to the bucket', { agent: { ...AGENT, storeReachable: false } }, 'b: it cannot read the control bucket'],
  ['an unprimed gate', { agent: { ...AGENT, gatePrimed: false } }, 'b: its gate has not listened'],
])('a switch-over to a node that is %s is refused, and says so', (_, over, because) => {
  const decision = decide(to('b'), { seen: [probe('a'), probe('b', over)] });
  expect(decision.kind).toBe('refuse');
  expect(decision.because).toContain(because);
});

test('a node that cannot be reached from here is not given alerting', () => {
  expect(decide(to('b'), { seen: [probe('a')] })).toMatchObject({
    kind: 'refuse',
    because: expect.stringContaining('cannot be reached from here'),
  });
});

test('a node of another shard is refused, with the names that there are', () => {
  expect(decide(to('z'))).toMatchObject({ kind: 'refuse', because: expect.stringContaining('a, b, c') });
});

test('a switch-over to the node that alerts changes nothing', () => {
  expect(decide(to('a'))).toEqual({ kind: 'nothing', because: 'a alerts already.' });
});

test.each<[string, Probe[], string]>([
  ['does not work', [probe('a', { ready: false })], 'Prometheus is not ready'],
  ['keeps its gate closed', [probe('a', { agent: AGENT })], 'its gate is closed'],
  ['cannot be seen', [], 'it cannot be reached from here'],
])('a switch-over to the node that is assigned and %s is not done', (_, seen, because) => {
  expect(decide(to('a'), { seen })).toMatchObject({ kind: 'refuse', because: expect.stringContaining(because) });
});

test('whoever paused may switch over; the pause stays', () => {
  expect(decide(to('b'), { assignment: PAUSED })).toMatchObject({
    kind: 'write',
    next: { active: 'b', paused: PAUSED.paused },
  });
});

test('a pause keeps who alerts and since when, and carries its reason', () => {
  const decision = decide({ kind: 'pause', reason: 'new disks' });
  expect(decision).toMatchObject({
    kind: 'write',
    next: {
      epoch: 8,
      active: 'a',
      since: A.since,
      paused: { by: 'op@host', since: '2026-01-01T03:00:00.000Z', reason: 'new disks' },
    },
  });
});

test('pausing twice keeps the first pause, and says to somebody else whose it is; without one, resume does nothing', () => {
  const again: Operation = { kind: 'pause', reason: 'again' };
  expect(decide(again, { assignment: PAUSED })).toMatchObject({
    kind: 'refuse',
    because: expect.stringContaining('kim@desk'),
    fix: expect.stringContaining('let kim@desk know'),
  });
  expect(decide(again, { assignment: PAUSED, operator: 'kim@desk' })).toMatchObject({ kind: 'nothing' });
  expect(decide({ kind: 'resume' })).toMatchObject({ kind: 'nothing' });
});

test('resume ends the pause in a new epoch', () => {
  expect(decide({ kind: 'resume' }, { assignment: PAUSED })).toMatchObject({
    kind: 'write',
    next: { epoch: 8, active: 'a', paused: null },
  });
});

test('without an assignment nothing can be asked for', () => {
  const all: Operation[] = [to('b'), { kind: 'pause', reason: 'x' }, { kind: 'resume' }];
  for (const operation of all) expect(decide(operation, { assignment: null })).toMatchObject({ kind: 'refuse' });
});

test('no operation counts as flapping', () => {
  for (const operation of [to('b'), { kind: 'pause', reason: 'x' } as const]) {
    const decision = decide(operation);
    expect(decision.kind === 'write' && decision.next.promotions).toEqual(A.promotions);
  }
});

describe('alerts that are withheld', () => {
  const withheld = { by: 'health-check', since: A.at, reason: 'the old one tells', until: '2026-01-02T00:00:00.000Z' };
  const HELD: Assignment = { ...A, withheld };
  const hold = (until: number): Operation => ({ kind: 'withhold', until, reason: 'not yet' });

  test('are told from now on, also while paused; the document forgets that they were not', () => {
    const decision = decide({ kind: 'tell', reason: 'moved' }, { assignment: { ...HELD, paused: PAUSED.paused } });
    expect(decision).toMatchObject({ kind: 'write', next: { epoch: 8, active: 'a', paused: PAUSED.paused } });
    expect(decision.kind === 'write' && 'withheld' in decision.next).toBe(false);
    expect(decide({ kind: 'tell', reason: 'moved' }).kind).toBe('nothing');
  });

  test('are withheld until another date, since when they were; for two weeks at most', () => {
    expect(decide(hold(NOW + 3_600_000), { assignment: HELD })).toMatchObject({
      kind: 'write',
      next: { withheld: { by: 'op@host', since: A.at, reason: 'not yet', until: '2026-01-01T04:00:00.000Z' } },
    });
    for (const until of [NOW, NOW + 15 * 86_400_000])
      expect(decide(hold(until), { assignment: HELD })).toMatchObject({ kind: 'refuse' });
  });

  test.each([
    ['never were', A],
    ['were up to a date that is over', { ...HELD, withheld: { ...withheld, until: A.at } }],
  ])('are not withheld again where they %s: what was told would be told as resolved', (_, assignment) => {
    expect(decide(hold(NOW + 3_600_000), { assignment })).toMatchObject({
      kind: 'refuse',
      because: expect.stringContaining('told as resolved'),
    });
  });
});
