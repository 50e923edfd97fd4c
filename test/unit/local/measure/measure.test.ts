import { readFileSync } from 'node:fs';
import { judgeDrill, judgeRun } from '../../../../local/drills/judge/judge';
import { limitsOf } from '../../../../local/drills/judge/limits';
import { DRILL_NAMES } from '../../../../local/drill-names';
import { SCENARIOS } from '../../../../local/drills/scenarios';
import { PAGE, readKept } from '../../../../local/measure/files';
import { isStale, keepDrill } from '../../../../local/measure/keep';
import { parseDrillResult, parseRecord, type MeasuredDrill } from '../../../../local/measure/record';
import { renderMeasurements } from '../../../../local/measure/render';

const here = { cores: 2, root: true, programs: { prometheus: '3.13.2', alertmanager: '0.34.1' } };
const circumstances = { day: '2026-11-27', ...here };
const crash = SCENARIOS.find((s) => s.name === 'primary-crash')!;

/** What `npm run drill -- --json` writes of three runs, by its own code, so that the two cannot drift apart. */
function drillJson(accepted: readonly number[], incidents = [3, 3, 3]): string {
  const good = Object.fromEntries(limitsOf(crash).map((l) => [l.measurement, l.limit]));
  const runs = accepted.map((seconds, i) => {
    const measurements = { ...good, accepted: seconds, oracleIncidents: incidents[i]!, haproxyNoticed: 5 };
    return { measurements, checks: judgeRun(crash, measurements), findings: [] };
  });
  return JSON.stringify(judgeDrill(crash, runs));
}
const kept = (json: string): MeasuredDrill => keepDrill(parseDrillResult(json, 'r.json')[0]!, circumstances);

test('of a drill median, worst, limit and circumstances are kept, and they can be read back', () => {
  const record = kept(drillJson([0.5, 2.25, 0.75]));
  expect(record).toMatchObject({ scenario: 'primary-crash', passed: true, runs: 3, failed: [], ...circumstances });
  expect(record.measurements.accepted).toEqual({ median: 0.75, worst: 2.25, limit: 'at most 4' });
  expect(record.measurements.haproxyNoticed).toEqual({ median: 5, worst: 5 });
  expect(parseRecord(JSON.stringify(record), 'x.json')).toEqual(record);
});

test('of what must be at least so much the worst is the least', () => {
  expect(kept(drillJson([1, 1, 1], [5, 3, 4])).measurements.oracleIncidents).toMatchObject({ median: 4, worst: 3 });
});

test('what did not hold is kept in words, and so is a run that was broken off', () => {
  const record = kept(drillJson([9, 0.5, 0.5]));
  expect(record).toMatchObject({ passed: false, failed: ['accepted (worst): 9, at most 4 s'] });
  const broken = judgeDrill(crash, [{ measurements: {}, checks: [], findings: [], error: 'nobody took over' }]);
  expect(kept(JSON.stringify(broken)).failed).toContain('nobody took over');
});

test('a family has a record for each of its drills', () => {
  const one = JSON.parse(drillJson([1])) as object;
  const family = JSON.stringify({ scenario: 'query-path', passed: true, runs: [], parts: [one, one] });
  expect(parseDrillResult(family, 'r.json')).toHaveLength(2);
});

test('what is no record is refused with file and reason', () => {
  expect(() => parseRecord('{"scenario": 1}', 'a.json')).toThrow(/a\.json[\s\S]*scenario/);
  expect(() => parseDrillResult('{', 'b.json')).toThrow(/b\.json/);
});

test('--resume measures what is new, or ran with other programs', () => {
  const record = kept(drillJson([1]));
  expect(isStale(undefined, here)).toBe(true);
  expect(isStale(record, here)).toBe(false);
  expect(isStale(record, { ...here, programs: { ...here.programs, prometheus: '3.14.0' } })).toBe(true);
  expect(isStale(record, { ...here, programs: { ...here.programs, thanos: '0.42.4' } })).toBe(true);
  expect(isStale(record, { ...here, root: false })).toBe(true);
});

test('what was refused and delayed is kept, said, and measured again with other settings', () => {
  const teeth = { 's3-latency': { readMs: 20, writeMs: 40 }, iam: {}, cloudwatch: null };
  const record = kept(JSON.stringify({ ...(JSON.parse(drillJson([1])) as object), teeth }));
  expect(record.teeth).toEqual(teeth);
  const text = renderMeasurements([{ version: '0.3.0', drills: [record] }]);
  expect(text).toContain('; with s3-latency (readMs 20, writeMs 40), with iam, without cloudwatch (2026-11-27)');
  expect(isStale(record, { ...here, teeth })).toBe(false);
  expect(isStale(record, { ...here, teeth: { ...teeth, 's3-latency': null } })).toBe(true);
  expect(isStale(kept(drillJson([1])), { ...here, teeth })).toBe(true);
});

test('a version is one table: figures with their limits, what ran, and what did not hold', () => {
  const text = renderMeasurements([
    { version: '0.3.0', drills: [kept(drillJson([0.5, 2.25, 0.75])), { ...kept(drillJson([9])), cores: 4 }] },
    { version: '0.2.0', drills: [kept(drillJson([1]))] },
  ]);
  expect(text).toContain('## 0.3.0\n\n1 of 2 drills held every check.');
  expect(text).toContain('- 1 drill: 4 cores, as root, prometheus 3.13.2, alertmanager 0.34.1 (2026-11-27)');
  expect(text).toContain('| `primary-crash` | 3 | yes | 0.75 / 2.25 (≤ 4) | 0.5 / 0.5 (≤ 0.5) | 0 / 0 / 0 / 0 | 0 |');
  expect(text).toContain('| `primary-crash` | 1 | **no** | 9 (≤ 4) |');
  expect(text).toContain('- `primary-crash`: accepted (worst): 9, at most 4 s');
  expect(text.indexOf('## 0.2.0')).toBeGreaterThan(text.indexOf('## 0.3.0'));
});

test('docs/measurements.md is what the kept figures say', () => {
  expect(readFileSync(PAGE, 'utf8')).toBe(renderMeasurements(readKept(DRILL_NAMES)));
});
