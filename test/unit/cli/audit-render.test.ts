import { audit } from '../../../lib/core/audit/audit';
import type { AuditInput, AuditReport } from '../../../lib/core/audit/audit-report';
import { axis, renderAuditHtml } from '../../../lib/cli/report/audit-html';
import { renderAudit } from '../../../lib/cli/report/audit-text';
import { extendTrack, type Track } from '../../../lib/core/audit/track';

const FROM = Date.UTC(2026, 0, 1, 3);

function track(without: [number, number][] = [], up = true): Track {
  const seconds = Array.from({ length: 301 }, (_, s) => s).filter((s) => !without.some(([a, b]) => s >= a && s <= b));
  return extendTrack(
    null,
    seconds.map((s) => ({ at: FROM + s * 1000, up })),
    1_000,
    0,
  )!;
}

const CRASH: [number, number][] = [[100, 106]];
type Tracks = Record<string, Track>;
function inputOf(r1: Tracks, r2: Tracks, thanos: Tracks | null, notes: string[] = []): AuditInput {
  const view = (name: string, tracks: Tracks) => ({ name, tracks: new Map(Object.entries(tracks)) });
  return {
    from: FROM,
    to: FROM + 300_000,
    targets: Object.keys(r1).map((key) => ({ key, job: key, instance: 'host:1', intervalMs: 1_000 })),
    replicas: [view('prometheus-1', r1), view('prometheus-2', r2)],
    thanos: thanos === null ? null : view('Thanos', thanos),
    olderData: true,
    notes,
  };
}
const report = (...args: Parameters<typeof inputOf>): AuditReport => audit(inputOf(...args));
const lost = report(
  { engine: track(CRASH), redis: track(CRASH), 'a<b>"&': track() },
  { engine: track(), redis: track(), 'a<b>"&': track([], false) },
  { engine: track([[100, 101]]), redis: track(), 'a<b>"&': track() },
  ['prometheus-2’s clock is 1.2 s ahead.'],
);

describe('in the terminal', () => {
  test('what is wrong comes first, with times and what they mean', () => {
    const text = renderAudit(lost);
    const lines = text.split('\n');
    expect(lines[0]).toBe(
      'GAPS: 2 samples of 1 of 3 targets are missing in the deduplicated view; none is lost: in each gap a replica has samples.',
    );
    expect(lines[1]).toBe('2026-01-01 03:00:00.0 to 03:05:00.0 UTC');
    expect(lines[2]).toBe('! prometheus-2’s clock is 1.2 s ahead.');
    expect(lines.findIndex((l) => l.startsWith('!! '))).toBeLessThan(lines.findIndex((l) => l.startsWith(' ~ ')));
    expect(text).toMatch(/!! +engine host:1 +1 s +300 +294 \(−7\) +301 +299 \(−2\)/);
    expect(text).toContain(
      '  03:01:39.0 – 03:01:42.0  engine host:1, Thanos: 2 missing: prometheus-2 has them, deduplication does not show them',
    );
    expect(text).toContain('  03:01:39.0 – 03:01:47.0  redis host:1, prometheus-1: 7 missing, hidden');
    expect(text).toContain('301 down');
  });

  test('a task that was stopped for a while is told, and not missed', () => {
    const both = { task: track([[100, 140]]), redis: track() };
    const text = renderAudit(report(both, both, both));
    expect(text).toMatch(/^NO GAP in the deduplicated view, nor in any replica: 2 targets\./);
    expect(text).toContain('no target in between, so nothing is missing\n  03:01:39.0 – 03:02:21.0  task host:1\n');
    expect(renderAuditHtml(report(both, both, both))).toContain('<p>no target from 03:01:39.0 to 03:02:21.0</p>');
  });

  test('nothing wrong, and hidden gaps, and nothing at all', () => {
    const t = { a: track() };
    expect(renderAudit(report(t, t, t))).toMatch(/^NO GAP in the deduplicated view, nor in any replica: 1 targets\./);
    expect(renderAudit(report({ a: track(CRASH) }, t, t))).toMatch(
      /^NO GAP in the dedup.* 1 of 1 targets, all of them/,
    );
    expect(renderAudit(report(t, t, null))).toMatch(/^NO GAP in the replicas together \(no Thanos\)/);
    expect(renderAudit(report({}, {}, null))).toMatch(/^NOTHING SEEN/);
    const both = { a: track(CRASH) };
    expect(renderAudit(report(both, both, both))).toContain('7 missing: no replica has them');
    expect(renderAudit(report(both, both, both))).toMatch(/^GAPS: 7 .*; no replica has them\.\n/);
    // The other replica did not answer: what it has is not known.
    const half = audit({ ...inputOf(both, {}, both), replicas: [], unseenReplicas: ['prometheus-2'] });
    expect(renderAudit(half)).toMatch(/^GAPS: 7 .*; no replica that answered has them, prometheus-2 may\.\n/);
    expect(renderAudit(half)).toContain('7 missing: no replica that answered has them');
    expect(renderAuditHtml(half)).not.toContain('no replica has them');
    const mixed = { a: track([...CRASH, [200, 202]]) };
    expect(renderAudit(report(both, mixed, mixed))).toMatch(/^GAPS: 10 .*; 7 no replica has\.\n/);
  });

  test('many targets without a gap are one line', () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`t${i}`, track()]));
    const text = renderAudit(report({ ...many, bad: track(CRASH) }, { ...many, bad: track() }, null));
    expect(text).toContain('40 targets without a gap in any view');
    expect(text.split('\n').length).toBeLessThan(12);
  });
});

describe('as a page', () => {
  const html = renderAuditHtml(lost);

  test('it needs nothing from anywhere', () => {
    expect(html).not.toMatch(/https?:|src=|@import|url\((?!#)/);
    expect(html).toContain('prefers-color-scheme:dark');
  });

  test('labels stay text', () => {
    expect(html).toContain('a&lt;b&gt;&quot;&amp; host:1');
    expect(html).not.toContain('a<b>');
  });

  test('every gap is a mark with its times, lost ones of another shape than hidden ones', () => {
    const sections = html.split('<section>').slice(1);
    expect(sections).toHaveLength(3);
    const marks = (section: string, kind: string): string[] =>
      [...section.matchAll(new RegExp(`<rect class="${kind}"[^>]*><title>([^<]*)`, 'g'))].map((m) => m[1]!);
    expect(marks(sections[0]!, 'hidden')).toEqual([
      expect.stringMatching(/^prometheus-1: 03:01:39.0 – 03:01:47.0 UTC, 7 missing, not all of them hidden/),
    ]);
    expect(marks(sections[0]!, 'lost')).toEqual([
      expect.stringMatching(/^Thanos: 03:01:39.0 – 03:01:42.0 UTC, 2 missing: prometheus-2 has them/),
    ]);
    expect(marks(sections[1]!, 'hidden')).toHaveLength(1);
    expect(marks(sections[1]!, 'lost')).toEqual([]);
    expect(marks(sections[2]!, 'bar')).toHaveLength(3);
    // The lost stretch of 3 s of 300 lies where it was, a third of the way.
    const [, x, width] = /class="lost" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/.exec(sections[0]!)!;
    expect(Number(x)).toBeCloseTo(150 + (99 / 300) * 850, 0);
    expect(Number(width)).toBeCloseTo((3 / 300) * 850, 0);
  });

  test('the last time of the axis is not cut off', () => {
    const ends = [...html.matchAll(/<text x="([\d.]+)" y="[\d.]+" class="tick">/g)].map(([, x]) => Number(x));
    expect(Math.max(...ends)).toBe(972);
  });

  test('tags are closed', () => {
    const open: string[] = [];
    for (const [, close, name, self] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*?(\/?)>/g)) {
      if (self === '/' || ['meta', '!doctype'].includes(name!)) continue;
      if (close === '/') expect(open.pop()).toBe(name);
      else open.push(name!);
    }
    expect(open).toEqual([]);
  });

  test('the axis has round moments, ten or so, for seconds as for weeks', () => {
    for (const range of [7_000, 60_000, 900_000, 5 * 3_600_000, 3 * 86_400_000, 30 * 86_400_000]) {
      const ticks = axis(FROM + 1_234, FROM + 1_234 + range);
      expect(ticks.length).toBeGreaterThanOrEqual(3);
      expect(ticks.length).toBeLessThanOrEqual(11);
      expect(ticks.every((t) => t % 1_000 === 0)).toBe(true);
    }
  });
});
