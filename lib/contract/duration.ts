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

/** Prometheus counts nanoseconds in 64 bits: 292 years. */
const LONGEST_MS = 9_223_372_036_854;

/** Prometheus's durations (15d, 1h30m, 500ms) in milliseconds; null for anything else. Units go from large to small. */
export function parseDuration(text: string): number | null {
  const parts = /^(\d+y)?(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?$/.exec(text);
  if (text === '' || parts === null) return text === '0' ? 0 : null;
  const ms = parts
    .slice(1)
    .filter((part) => part !== undefined)
    .reduce((sum, part) => sum + parseInt(part, 10) * UNITS[part.replace(/^\d+/, '')]!, 0);
  return ms > LONGEST_MS ? null : ms;
}

/** The same where nothing else is expected. @throws UserError */
export function durationMs(text: string): number {
  const ms = parseDuration(text);
  if (ms !== null) return ms;
  throw new UserError({
    what: 'not a duration',
    got: text,
    expected: 'numbers with units y, w, d, h, m, s, ms, from large to small, such as 1h30m',
    fix: 'correct the value',
  });
}
