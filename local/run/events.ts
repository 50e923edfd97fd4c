/** Log lines of agents and functions that a person at the terminal wants to see; null for all others. */
export function describeLine(source: string, line: string): string | null {
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return `${source}: ${line}`; // not a log line of ours: a crash, most likely, and worth showing
  }
  const { event, level } = entry;
  if (typeof event !== 'string') return null;
  if (QUIET.has(event)) return null;
  const notable = level === 'warn' || level === 'error' || SHOWN.has(event);
  if (!notable) return null;
  const details = Object.entries(entry)
    .filter(([key]) => !['at', 'level', 'event'].includes(key))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
  return `${source}: ${event}${details === '' ? '' : `  ${details}`}`;
}

/** Information that is news. */
const SHOWN = new Set([
  'promoted',
  'gate-opened',
  'gate-closed',
  'assignment-applied',
  'config-loaded',
  'alarm',
  'probe-missed',
  'remedy-called',
  'remedy-reconnected',
  'remedy-left-to-another',
  'remedy-held-back',
]);
/** Warnings that repeat; the first one of their kind is told by another event. */
const QUIET = new Set(['not-promoted']);
