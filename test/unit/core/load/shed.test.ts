import fc from 'fast-check';
import type { Assignment } from '../../../../lib/contract/documents/assignment';
import { type LoadPolicy, type Measure, MEASURES } from '../../../../lib/contract/documents/settings';
import { PROFILES, type ScrapeProfile } from '../../../../lib/contract/profile';
import { decideProfile, loadShare, type NodeLoad } from '../../../../lib/core/load/shed';
import { loadQueries, timesQuery } from '../../../../lambdas/shared/load-prober';
import { shed } from '../../../../lib/shell/assignment/shed';
import { promqlError } from '../../../../lib/infra/config/promql/promql';
import { anAssignment } from '../../../fixtures/builders';

const T = Date.UTC(2026, 0, 1, 12);
const ago = (ms: number): string => new Date(T - ms).toISOString();
const policy: LoadPolicy = {
  limits: { scrapeTime: 0.5, samplesPerSecond: 1_000, memoryMiB: 1_000, walMiBPerMinute: 10, evaluationTime: 0.8 },
  sustainedForMs: 30_000,
  recoverAfterMs: 300_000,
};
const assignment = (over: Partial<Assignment> = {}): Assignment =>
  anAssignment({ epoch: 4, since: ago(9e6), at: ago(9e6), promotions: [ago(9e6)], ...over });
const load = (
  values: Partial<Record<Measure, [sustained: number | null, peak: number | null]>>,
  { node = 'a', times = null }: { node?: string; times?: number | null } = {},
): NodeLoad => ({
  node,
  times,
  readings: Object.fromEntries(
    (Object.keys(MEASURES) as Measure[]).map((measure) => {
      const [sustained, peak] = values[measure] ?? [0, 0];
      return [measure, { sustained, peak }];
    }),
  ) as NodeLoad['readings'],
});
const decide = (a: Assignment | null, ...loads: NodeLoad[]) =>
  decideProfile({ assignment: a, loads, droppable: true, policy }, T);
const reduced = (ms: number): Assignment => assignment({ scrapeProfile: 'reduced', profileSince: ago(ms) });

test.each(Object.keys(MEASURES) as Measure[])(
  'beyond the limit of %s on one node: what is droppable goes, and why',
  (measure) => {
    const limit = policy.limits[measure];
    const decision = decide(assignment(), load({}), load({ [measure]: [limit * 1.1, limit * 2] }, { node: 'b' }));
    expect(decision).toMatchObject({ kind: 'change', next: { scrapeProfile: 'reduced', epoch: 5, by: 'shed-load' } });
    expect(decision.because).toContain(`b takes`);
    expect(decision.because).toContain(MEASURES[measure].what);
    // A short spike is none.
    expect(decide(assignment(), load({ [measure]: [limit * 0.9, limit * 9] })).kind).toBe('none');
  },
);

test('who alerts is not touched', () => {
  const before = assignment();
  const decision = decide(before, load({ memoryMiB: [2_000, 2_000] }));
  if (decision.kind !== 'change') throw new Error('no change');
  const { epoch, by, at, reason, scrapeProfile, profileSince, ...rest } = decision.next;
  expect(before).toMatchObject(rest);
  expect([epoch, by, at, profileSince]).toEqual([5, 'shed-load', ago(0), ago(0)]);
  expect([reason, scrapeProfile]).toEqual([decision.because, 'reduced']);
});

test('there is one step only', () => {
  const decision = decide(reduced(9e6), load({ memoryMiB: [2_000, 2_000] }));
  expect(decision).toMatchObject({ kind: 'none', because: expect.stringMatching(/is not scraped already/) });
});

test('where nothing is droppable nothing is done, and what was done is taken back', () => {
  const over = load({ memoryMiB: [2_000, 2_000] });
  const without = (a: Assignment) => decideProfile({ assignment: a, loads: [over], droppable: false, policy }, T);
  expect(without(assignment())).toMatchObject({
    kind: 'none',
    because: expect.stringMatching(/^Nothing is droppable/),
  });
  expect(without(reduced(1))).toMatchObject({ kind: 'change', next: { scrapeProfile: 'normal' } });
  expect(without(assignment({ paused: { by: 'me', since: ago(1), reason: '' } })).kind).toBe('none');
});

test('back only when what it would bring is well below the limits, and was so for longer', () => {
  // Five times as many samples: 150 a second become 750 of 1,000. The slowest rules take what they took.
  const calm = load({ samplesPerSecond: [150, 150], memoryMiB: [100, 158], evaluationTime: [0, 0.6] }, { times: 5 });
  expect(decide(reduced(301_000), calm)).toMatchObject({ next: { scrapeProfile: 'normal' } });
  expect(decide(reduced(299_000), calm).kind).toBe('none');
  const other = load({ samplesPerSecond: [100, 170] }, { node: 'b', times: 5 });
  expect(decide(reduced(301_000), calm, other)).toMatchObject({
    kind: 'none',
    because: expect.stringMatching(/^normal would bring too much: b takes 850 /),
  });
  expect(decide(reduced(301_000), load({ memoryMiB: [100, 170] }, { times: 5 })).kind).toBe('none');
  // Who can't say brings what it brings.
  expect(decide(reduced(301_000), load({ memoryMiB: [700, 790] })).kind).toBe('change');
});

test('limits and waits hold to the last', () => {
  expect(decide(assignment(), load({ memoryMiB: [1_000, 1_000] })).because).toContain('Nothing to shed');
  const calm = load({ memoryMiB: [700, 800] });
  expect(decide(reduced(299_999), calm).kind).toBe('none');
  expect(decide(reduced(300_000), calm).kind).toBe('change');
  // Of when a profile began nothing is known: long ago.
  expect(decide(assignment({ scrapeProfile: 'reduced' }), calm).kind).toBe('change');
});

test('says who takes how much of what, with two digits below a hundred', () => {
  const what = MEASURES.memoryMiB.what;
  expect(decide(assignment(), load({ memoryMiB: [2_000.4, 3_000] })).because).toContain(
    `a takes 2000 ${what}, of 1000`,
  );
  expect(decide(assignment(), load({ walMiBPerMinute: [100, 100] })).because).toMatch(/a takes 100 .*, of 10\.$/);
  const wal = (value: number) => decide(assignment(), load({ walMiBPerMinute: [value, value] })).because;
  expect([wal(99.4), wal(99.5)]).toEqual([expect.stringContaining('takes 99 '), expect.stringContaining('takes 100 ')]);
  expect(decide(assignment(), load({ scrapeTime: [0.666, 1] })).because).toMatch(/a takes 0\.67 .*, of 0\.50\.$/);
});

test('nothing happens while it is paused, unassigned, or nobody reports', () => {
  const over = load({ memoryMiB: [2_000, 2_000] });
  const paused = { by: 'me', since: ago(1), reason: 'disks' };
  expect(decide(assignment({ paused }), over)).toMatchObject({
    kind: 'none',
    because: expect.stringMatching(/^Paused by me/),
  });
  expect(decide(null, over).kind).toBe('none');
  expect(decide(assignment({ scrapeProfile: 'reduced', profileSince: ago(9e6) })).because).toContain('No node reports');
  const silent = load(Object.fromEntries(Object.keys(MEASURES).map((m) => [m, [null, null]])));
  expect(decide(assignment({ scrapeProfile: 'reduced', profileSince: ago(9e6) }), silent).kind).toBe('none');
  expect(decide(assignment(), silent).because).toBe('No node reports its load.');
});

test('under a load that does not change the profile comes to rest, wherever it starts', () => {
  const start = fc.constantFrom(...PROFILES);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 20_000 }), start, (demand, from) => {
      let a = assignment({ scrapeProfile: from, profileSince: ago(9e6) });
      const seen: ScrapeProfile[] = [];
      for (let minute = 0; minute < 60; minute++) {
        const times = a.scrapeProfile === 'normal' ? null : 4;
        const rate = demand / (times ?? 1);
        const loads = [load({ samplesPerSecond: [rate, rate] }, { times })];
        const decision = decideProfile({ assignment: a, loads, droppable: true, policy }, T + minute * 60_000);
        if (decision.kind === 'change') a = decision.next;
        seen.push(a.scrapeProfile);
      }
      expect(new Set(seen.slice(30)).size).toBe(1);
    }),
  );
});

test('what is asked is PromQL, and the share is of the nearest limit', () => {
  for (const query of [...Object.values(loadQueries('node-1', 5_000)), timesQuery(ago(0), 1_000)])
    expect([query, promqlError(query)]).toEqual([query, null]);
  expect(loadQueries('node-1', 1_000).memoryMiB).toContain('[60s]');
  expect(loadQueries('node-1', 60_000).memoryMiB).toContain('[240s]');
  expect(
    loadShare({ loads: [load({ memoryMiB: [500, 900] }), load({ walMiBPerMinute: [9, 9] }, { node: 'b' })], policy }),
  ).toBe(0.9);
  expect(loadShare({ loads: [], policy })).toBeNull();
});

test('a lost race is decided anew, of what stands then', async () => {
  let stands = assignment();
  const written: Assignment[] = [];
  const store = {
    readAssignment: async () => ({ assignment: stands, etag: `${stands.epoch}` }),
    writeAssignment: async (next: Assignment, etag: string | null) => {
      if (written.length === 0 && stands.epoch === 4) {
        // A failover in between.
        stands = assignment({ epoch: 5, active: 'b' });
        return 'lost' as const;
      }
      expect(etag).toBe('5');
      written.push(next);
      return 'written' as const;
    },
  };
  const loads = async (): Promise<NodeLoad[]> => [load({ memoryMiB: [2_000, 2_000] })];
  const outcome = await shed({ store, loads, droppable: true, policy, now: () => T });
  expect(outcome).toMatchObject({ acted: true, share: 2 });
  expect(written).toMatchObject([{ epoch: 6, active: 'b', scrapeProfile: 'reduced' }]);
});
