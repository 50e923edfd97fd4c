import { planOf } from '../../../../local/chaos/plan';
import {
  parseChaosRecord,
  problemsOf,
  recordText,
  summaryOf,
  totalsOf,
  type PlayedIncident,
} from '../../../../local/chaos/record';

const WELL = {
  oracleIncidents: 3,
  missed: 0,
  plainPairMissed: 2,
  samplesMissing: 0,
  plainPairSamplesMissing: 9,
  duplicates: 0,
  plainPairDuplicates: 1,
  falselyResolved: 0,
  plainPairFalselyResolved: 0,
  spurious: 0,
  plainPairSpurious: 0,
  forTimerOff: 0,
};
const [planned, next] = planOf(1, 6);
const played = (measurements: Record<string, number | null>, over: Partial<PlayedIncident> = {}): PlayedIncident => ({
  ...planned!,
  commit: 'abc1234',
  at: '2026-11-28T12:00:00.000Z',
  measurements: { ...WELL, ...measurements },
  findings: [],
  ...over,
});
const problems = (...incidents: PlayedIncident[]): string[] => problemsOf({ incidents });

describe('a record of chaos', () => {
  it('is read as it was written, with the seed and the commit of each incident', () => {
    const record = { seed: 1, faults: 6, incidents: [played({}), played({}, { ...next!, error: 'it ended' })] };
    const read = parseChaosRecord(recordText(record), 'here');
    expect(read.incidents).toEqual(record.incidents);
    expect(read.incidents[0]).toMatchObject({ commit: 'abc1234', seed: planned!.seed, faults: planned!.faults });
  });

  it('counts ours beside the pair’s', () => {
    const totals = totalsOf({ incidents: [played({ duplicates: 2 }), played({})] });
    expect(totals.doubled).toEqual({ ours: 2, pair: 2 });
    expect(totals['samples lost']).toEqual({ ours: 0, pair: 18 });
  });

  it('holds when nothing is missed or lost and the rest is at most the pair’s, in all incidents together', () => {
    expect(problems(played({}))).toEqual([]);
    expect(problems(played({ duplicates: 2 }), played({}))).toEqual([]);
    expect(problems(played({ duplicates: 2 }))).toEqual(['doubled: 2, a plain pair 1']);
    expect(problems(played({ spurious: 1 }))).toEqual(['unknown: 1, a plain pair 0']);
    const unknown = (spurious: number) => problems(played({ spurious, plainPairSpurious: 12 }));
    expect([unknown(3), unknown(4)]).toEqual([[], ['unknown: 4, a plain pair 12']]);
    expect(problems(played({ falselyResolved: 1 }))).toEqual(['falsely resolved: 1, a plain pair 0']);
  });

  it.each<[Record<string, number | null>, string]>([
    [{ missed: 1 }, '1 notifications missed'],
    [{ missed: null }, 'nobody knows how many notifications missed'],
    [{ samplesMissing: 3 }, '3 samples that no node has'],
    [{ samplesMissing: 3, unscraped: 9 }, 'nobody scraped for 9 s'],
    [{ oracleIncidents: 2 }, 'the oracle saw too little to judge by'],
  ])('does not hold with %j, whatever the pair missed', (measurements, said) => {
    expect(problems(played(measurements))).toEqual([`incident 1: ${said}`]);
  });

  it('lets nobody scrape for some seconds where every Prometheus was killed at once', () => {
    expect(problems(played({ samplesMissing: 30, unscraped: 4 }))).toEqual([]);
  });

  it('says why an incident did not come to its end', () => {
    const broken = played({}, { measurements: {}, error: 'it does not come to rest' });
    expect(problems(broken)).toEqual(['incident 1: it does not come to rest']);
    expect(summaryOf({ seed: 1, faults: 6, incidents: [broken] })).toContain('chaos: FAILED');
  });
});
