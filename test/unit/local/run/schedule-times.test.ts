import { firstAfterMs, timesOf } from '../../../../local/run/deploy/schedule-times';

const MINUTE = 60_000;

test('rates and times', () => {
  expect(timesOf('rate(1 minute)')).toEqual({ everyMs: MINUTE });
  expect(timesOf('rate(1 day)')).toEqual({ everyMs: 1_440 * MINUTE });
  expect(timesOf('cron(2/5 * * * ? *)')).toEqual({ everyMs: 5 * MINUTE, atMs: 2 * MINUTE });
  for (const unknown of ['cron(2/7 * * * ? *)', 'cron(0 12 * * ? *)', 'rate(1 week)'])
    expect(() => timesOf(unknown)).toThrow(/plays only/);
});

test('a rate begins at once, times in their minutes', () => {
  const at = (now: string): number => firstAfterMs(timesOf('cron(2/5 * * * ? *)'), Date.parse(`2026-01-01T${now}Z`));
  expect(firstAfterMs(timesOf('rate(1 minute)'), 12_345)).toBe(0);
  expect(at('00:00:00')).toBe(2 * MINUTE);
  expect(at('00:02:00')).toBe(0);
  expect(at('00:02:01')).toBe(5 * MINUTE - 1_000);
  expect(at('00:59:30')).toBe(2.5 * MINUTE);
});
