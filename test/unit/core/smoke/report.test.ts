import { SMOKE_LIMITS, SMOKE_STEPS, type SmokeStep } from '../../../../lib/core/smoke/limits';
import { planSmoke } from '../../../../lib/core/smoke/plan';
import { renderSmoke, smokeReport, type StepOutcome } from '../../../../lib/core/smoke/report';
import { reportStatus } from '../../../../lib/core/status/status';
import { T, view } from '../status/well-cluster';

const about = { cluster: 'x', shard: 0, startedAt: 'a', endedAt: 'b', steps: SMOKE_STEPS };
/** Each figure exactly at its limit. */
const atLimit = (step: SmokeStep): StepOutcome => ({
  step,
  measurements: Object.fromEntries(Object.entries(SMOKE_LIMITS[step]).map(([name, { limit }]) => [name, limit])),
  findings: [],
});
const all = SMOKE_STEPS.map(atLimit);

test('passed, if each check of each part held', () => {
  const report = smokeReport(about, all, true, null);
  expect(report.passed).toBe(true);
  expect(report.runs[0].checks).toHaveLength(Object.values(SMOKE_LIMITS).flatMap(Object.keys).length);
  expect(renderSmoke(report)).toContain('every check held');
});

test.each(SMOKE_STEPS.flatMap((step) => Object.keys(SMOKE_LIMITS[step]).map((name) => [step, name] as const)))(
  '%s fails when %s was not measured',
  (step, name) => {
    const outcomes = all.map((one) =>
      one.step === step ? { ...one, measurements: { ...one.measurements, [name]: null } } : one,
    );
    const report = smokeReport(about, outcomes, true, null);
    expect(report.passed).toBe(false);
    expect(renderSmoke(report)).toMatch(new RegExp(`FAIL +none`));
  },
);

test('mail is judged where somebody was asked', () => {
  const unasked = all.map((one) => ({ ...one, measurements: { ...one.measurements, mailArrived: null } }));
  expect(smokeReport(about, unasked, false, null).passed).toBe(true);
  expect(smokeReport(about, unasked, true, null).passed).toBe(false);
});

test('a part that there is nothing of does not fail, and is told; one that did not come does', () => {
  const skipped = { step: 'restore', measurements: {}, findings: [], skipped: 'No volumes.' } as const;
  const without = all.map((one) => (one.step === 'restore' ? skipped : one));
  const report = smokeReport(about, without, true, null);
  expect(report.passed).toBe(true);
  expect(report.runs[0].findings).toEqual(['restore: not tried. No volumes.']);
  expect(smokeReport(about, all.slice(1), true, null).passed).toBe(false);
  expect(smokeReport(about, [skipped], true, null).passed).toBe(false);
});

test('one that did not come to its end failed, whatever was measured until then', () => {
  const report = smokeReport(about, all, true, 'It was interrupted.');
  expect(report.passed).toBe(false);
  expect(report.runs[0].error).toBe('It was interrupted.');
  expect(renderSmoke(report)).toContain('It was interrupted.');
});

test('it begins only where all is well, and says beforehand what it does', () => {
  const well = reportStatus(view(), T);
  const plan = planSmoke(well, ['failover', 'fallback']);
  expect(plan.kind).toBe('go');
  const says = 'says' in plan ? plan.says.join('\n') : '';
  expect(says).toMatch(/SIGKILL/);
  expect(says).toMatch(/desired count/);
  expect(says).not.toMatch(/real mail/);
  expect(planSmoke({ ...well, healthy: false, problems: ['Bad.'] }, SMOKE_STEPS)).toMatchObject({
    kind: 'refuse',
    because: expect.stringContaining('Bad.'),
  });
});
