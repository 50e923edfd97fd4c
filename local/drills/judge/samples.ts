/** The times of the samples of one series, ms since the Unix epoch, ascending. */
export type SampleTimes = ReadonlyMap<string, readonly number[]>;

/**
 * Scrapes come on a grid; a delayed one is followed by an early one and nothing is lost. Only a gap of nearly two
 * intervals means that a sample is missing.
 */
const SLACK = 0.25;

/** How many samples are missing between `from` and `to`. */
export function missingSamples(times: readonly number[], from: number, to: number, intervalMs: number): number {
  const all = [from, ...times.filter((t) => t >= from && t <= to), to];
  return all.slice(1).reduce((sum, t, i) => sum + Math.max(0, Math.floor((t - all[i]!) / intervalMs + SLACK) - 1), 0);
}

/**
 * Samples of the oracle's series that no node has: missing in the union of all nodes, beyond what the oracle itself
 * is missing. Series by series, so that one that is rich cannot hide one that is poor.
 */
export function missingEverywhere(
  nodes: readonly SampleTimes[],
  oracle: SampleTimes,
  from: number,
  to: number,
  intervalMs: number,
): Map<string, number> {
  const missing = new Map<string, number>();
  for (const [series, truth] of oracle) {
    const union = nodes.flatMap((node) => node.get(series) ?? []).sort((a, b) => a - b);
    const beyond = missingSamples(union, from, to, intervalMs) - missingSamples(truth, from, to, intervalMs);
    if (beyond > 0) missing.set(series, beyond);
  }
  return missing;
}
