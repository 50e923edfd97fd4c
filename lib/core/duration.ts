import { UserError } from './errors';

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

/** Milliseconds of a duration as Prometheus writes it: 15s, 1h30m, 15d. @throws UserError */
export function durationMs(text: string): number {
  const parts = [...text.matchAll(/(\d+)(ms|[smhdwy])/g)];
  if (text === '' || parts.map(([part]) => part).join('') !== text) {
    throw new UserError({
      what: 'not a duration',
      got: text,
      expected: 'numbers with units ms, s, m, h, d, w, y, such as 1h30m',
      fix: 'correct the value',
    });
  }
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * UNITS[unit!]!, 0);
}
