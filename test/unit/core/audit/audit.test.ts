import fc from 'fast-check';
import { TOGETHER } from '../../../../lib/core/audit/audit-report';
import { extendTrack, type Track } from '../../../../lib/core/audit/track';
import { missingSamples } from '../../../../local/drills/judge/samples';
import { at, examine, FROM, S, target, track, view } from './fixtures';

describe('the views', () => {
  const whole = track(-5, 305);

  test('nobody misses anything', () => {
    const report = examine({
      replicas: [view('r1', { a: whole }), view('r2', { a: whole })],
      thanos: view('Thanos', { a: whole }),
    });
    expect(report).toMatchObject({ verdict: 'whole', deduplicatedBy: 'thanos', notes: [] });
    expect(report.targets[0]).toMatchObject({
      appeared: false,
      vanished: false,
      replicas: [
        { view: 'r1', expected: 300, missing: 0, gaps: [] },
        { view: 'r2', missing: 0 },
      ],
      deduplicated: { view: 'Thanos', missing: 0, present: 311 },
    });
  });

  test('a replica was down and Thanos hides it', () => {
    const report = examine({
      replicas: [view('r1', { a: track(0, 300, [[100, 106]]) }), view('r2', { a: whole })],
      thanos: view('Thanos', { a: whole }),
    });
    expect(report.verdict).toBe('hidden');
    expect(report.targets[0]!.replicas[0]!.gaps).toEqual([
      { from: at(99), to: at(107), missing: 7, heldBy: ['r2'], hidden: true },
    ]);
  });

  test('Thanos loses at the switch what a replica has', () => {
    const report = examine({
      replicas: [view('r1', { a: track(0, 300, [[100, 106]]) }), view('r2', { a: whole })],
      thanos: view('Thanos', { a: track(0, 300, [[100, 101]]) }),
    });
    expect(report.verdict).toBe('gaps');
    expect(report.targets[0]!.deduplicated).toMatchObject({
      missing: 2,
      gaps: [{ from: at(99), to: at(102), missing: 2, heldBy: ['r2'], hidden: false }],
    });
    expect(report.targets[0]!.replicas[0]!.gaps[0]).toMatchObject({ missing: 7, hidden: false });
  });

  test('what both missed at the same time is lost', () => {
    const replicas = [view('r1', { a: track(0, 300, [[100, 110]]) }), view('r2', { a: track(0, 300, [[105, 120]]) })];
    const lost = { from: at(104), to: at(111), missing: 6, heldBy: [], hidden: false };
    const thanos = view('Thanos', { a: track(0, 300, [[105, 110]]) });
    expect(examine({ replicas, thanos }).targets[0]!.deduplicated.gaps).toEqual([lost]);
    const without = examine({ replicas });
    expect(without).toMatchObject({ verdict: 'gaps', deduplicatedBy: 'replicas' });
    expect(without.targets[0]!.deduplicated).toMatchObject({ view: TOGETHER, present: 294, missing: 6, gaps: [lost] });
  });

  test('turns are no loss', () => {
    const replicas = [view('r1', { a: track(0, 150) }), view('r2', { a: track(140, 300) })];
    expect(examine({ replicas }).verdict).toBe('hidden');
  });

  test('a replica that does not know the target misses all of it', () => {
    const report = examine({ replicas: [view('r1', { a: whole }), view('r2', { b: whole })] });
    expect(report.targets[0]!.replicas[1]).toMatchObject({ present: 0, missing: 299 });
    expect(report.verdict).toBe('hidden');
  });

  test('a new target and one that was taken away have no gap', () => {
    const both = { a: track(100, 300), b: track(0, 200), c: whole };
    const report = examine({
      targets: ['a', 'b', 'c'].map(target),
      replicas: [view('r1', both), view('r2', both)],
    });
    expect(report.verdict).toBe('whole');
    const [a, b, c] = report.targets;
    expect(a).toMatchObject({ key: 'a', from: at(100), to: at(300), appeared: true, vanished: false });
    expect(b).toMatchObject({ key: 'b', from: at(0), to: at(200), appeared: false, vanished: true });
    expect(c).toMatchObject({ key: 'c', appeared: false, vanished: false });
  });

  describe('a target without a sample anywhere, in the middle', () => {
    const away = track(-5, 305, [[100, 140]]);
    const views = (r1: Record<string, Track>, r2: Record<string, Track>) =>
      examine({ targets: ['a', 'b'].map(target), replicas: [view('r1', r1), view('r2', r2)] });

    test('was no target, if somebody scraped others all the time', () => {
      const report = views({ a: away, b: away }, { a: away, b: whole });
      expect(report).toMatchObject({ verdict: 'hidden' });
      const a = report.targets.find((t) => t.key === 'a')!;
      expect(a).toMatchObject({ verdict: 'whole', absences: [{ from: at(99), to: at(141) }] });
      expect(a.deduplicated).toMatchObject({ expected: 300 - 42, missing: 0, gaps: [] });
      expect(a.replicas.map((r) => r.missing)).toEqual([0, 0]);
    });
    test('misses samples, if nobody scraped anything, or not all the time', () => {
      const short = track(-5, 305, [[120, 123]]);
      for (const b of [away, short]) {
        const a = views({ a: away, b }, { a: away, b }).targets.find((t) => t.key === 'a')!;
        expect(a).toMatchObject({ verdict: 'gaps', absences: [], deduplicated: { missing: 41 } });
      }
    });
    test('misses samples, if it is short', () => {
      const brief = track(-5, 305, [[100, 110]]);
      const [a] = views({ a: brief, b: whole }, { a: brief, b: whole }).targets;
      expect(a).toMatchObject({ verdict: 'gaps', absences: [], deduplicated: { missing: 11 } });
    });
    test('misses samples, if Thanos has some of them', () => {
      const both = { a: away, b: whole };
      const report = examine({
        targets: ['a', 'b'].map(target),
        replicas: [view('r1', both)],
        thanos: view('Thanos', { a: whole, b: whole }),
      });
      expect(report.targets[0]).toMatchObject({ key: 'a', verdict: 'hidden', absences: [] });
    });
  });

  test('a target that one replica learns of later than the other has a gap there, no more', () => {
    const report = examine({
      targets: ['a', 'b'].map(target),
      replicas: [view('r1', { a: track(100, 300), b: whole }), view('r2', { a: track(130, 300), b: whole })],
    });
    expect(report.targets[0]).toMatchObject({ key: 'a', verdict: 'hidden', from: at(100) });
    expect(report.targets[0]!.replicas.map((r) => r.missing)).toEqual([0, 29]);
  });

  test('when nobody scraped anything, that is a gap: at the beginning, at the end', () => {
    const late = { a: track(60, 240), b: track(55, 240) };
    const replicas = [view('r1', late), view('r2', late)];
    const report = examine({ targets: ['a', 'b'].map(target), replicas });
    expect(report.targets.map((t) => [t.key, t.deduplicated.missing, t.appeared, t.vanished])).toEqual([
      ['a', 59 + 59, false, false],
      ['b', 54 + 59, false, false],
    ]);
  });

  test('jobs that are found some seconds later, or scraped some seconds longer, are neither new nor gone', () => {
    const replicas = [view('r1', { a: track(0, 280), b: track(10, 290) })];
    const report = examine({ targets: ['a', 'b'].map(target), replicas });
    expect(report.targets.map((t) => [t.key, t.from, t.to])).toEqual([
      ['a', at(0), at(300)],
      ['b', at(0), at(300)],
    ]);
  });

  test('what only Thanos still has counts as having been there', () => {
    const report = examine({
      targets: ['a', 'b'].map(target),
      replicas: [view('r1', { a: track(100, 300), b: track(100, 300) })],
      thanos: view('Thanos', { a: whole, b: track(100, 300) }),
    });
    expect(report.targets.map((t) => [t.key, t.verdict, t.appeared])).toEqual([
      ['a', 'hidden', false],
      ['b', 'whole', true],
    ]);
  });

  test('a first scrape some seconds after the beginning makes no cluster young', () => {
    const replicas = [view('r1', { a: track(10, 300) })];
    expect(examine({ replicas, olderData: false }).notes).toEqual([]);
  });

  test('a young cluster has no gap before it was there, and that is said', () => {
    const young = { a: track(60, 300), b: track(55, 300) };
    const report = examine({
      targets: ['a', 'b'].map(target),
      replicas: [view('r1', young), view('r2', young)],
      olderData: false,
    });
    expect(report.verdict).toBe('whole');
    expect(report.notes).toEqual([expect.stringMatching(/^Nothing older than 2026-01-01T03:00:55.000Z .* is new/)]);
  });

  test('the worst comes first; a target that no view knows is not there', () => {
    const report = examine({
      targets: ['a', 'b', 'c', 'd', 'e'].map(target),
      replicas: [
        view('r1', {
          a: whole,
          b: track(0, 300, [[10, 12]]),
          c: track(0, 300, [[10, 13]]),
          d: track(0, 300, [[9, 9]]),
        }),
        view('r2', { a: whole, b: whole, c: whole, d: track(0, 300, [[9, 9]]) }),
      ],
    });
    expect(report.targets.map((t) => [t.key, t.verdict])).toEqual([
      ['d', 'gaps'],
      ['c', 'hidden'],
      ['b', 'hidden'],
      ['a', 'whole'],
    ]);
  });

  test('without Thanos, what is lost is what the union of the samples lacks', () => {
    const times = fc.uniqueArray(fc.integer({ min: 0, max: 120_000 }), { minLength: 1, maxLength: 150 });
    fc.assert(
      fc.property(times, times, (first, second) => {
        const toTrack = (ms: number[]): Track =>
          extendTrack(
            null,
            ms.map((t) => ({ at: FROM + t, up: true })),
            S,
            0,
          )!;
        const to = FROM + 120_000;
        const replicas = [view('r1', { a: toTrack(first) }), view('r2', { a: toTrack(second) })];
        const report = examine({ to, replicas });
        const union = [...new Set([...first, ...second])].map((t) => FROM + t).sort((a, b) => a - b);
        expect(report.targets[0]!.deduplicated.missing).toBe(missingSamples(union, FROM, to, S));
        for (const [i, times] of [first, second].entries()) {
          const sorted = times.map((t) => FROM + t).sort((a, b) => a - b);
          expect(report.targets[0]!.replicas[i]!.missing).toBe(missingSamples(sorted, FROM, to, S));
        }
      }),
    );
  });
});
