/** One sample of a target's `up`. */
export interface UpSample {
  /** Ms since the Unix epoch, by the clock of whoever scraped. */
  readonly at: number;
  /** Whether the target answered: a scrape that fails is a sample all the same. */
  readonly up: boolean;
}

/** A stretch without samples, in ms since the Unix epoch: from the last sample before it to the first one after it. */
export interface ReplicaGap {
  readonly from: number;
  readonly to: number;
}

/** What one view has of one target, boiled down as it is read: a long range needs no memory. Times in our clock. */
export interface Track {
  readonly first: number;
  readonly last: number;
  readonly present: number;
  /** Of these, samples that say that the target did not answer. */
  readonly down: number;
  /** Between samples, ascending. */
  readonly gaps: readonly ReplicaGap[];
}

/**
 * Scrapes come on a grid; a late one is followed by an early one and nothing is lost. Only a gap of nearly two
 * intervals means that a sample is missing.
 */
const SLACK = 0.25;

/** How many samples are missing in a gap. */
export function missingIn({ from, to }: ReplicaGap, intervalMs: number): number {
  return Math.max(0, Math.floor((to - from) / intervalMs + SLACK) - 1);
}

/**
 * The track with the samples of one more chunk, which may overlap the chunk before it. Chunks come in order, samples in
 * any. `offsetMs`: how far the scraper's clock is ahead of ours.
 */
export function extendTrack(
  track: Track | null,
  samples: readonly UpSample[],
  intervalMs: number,
  offsetMs: number,
): Track | null {
  let { first, last, present, down } = track ?? { first: 0, last: -Infinity, present: 0, down: 0 };
  const gaps = [...(track?.gaps ?? [])];
  for (const sample of [...samples].sort((a, b) => a.at - b.at)) {
    const at = sample.at - offsetMs;
    if (at <= last) continue;
    if (present === 0) first = at;
    else if (missingIn({ from: last, to: at }, intervalMs) > 0) gaps.push({ from: last, to: at });
    last = at;
    present += 1;
    if (!sample.up) down += 1;
  }
  return present === 0 ? null : { first, last, present, down, gaps };
}

/** Where the view misses samples within a stretch, its edges included; all of it when there is no track. */
export function gapsWithin(track: Track | null, within: ReplicaGap, intervalMs: number): ReplicaGap[] {
  const all =
    track === null
      ? [within]
      : [{ from: within.from, to: track.first }, ...track.gaps, { from: track.last, to: within.to }];
  return overlap(all, [within]).filter((gap) => missingIn(gap, intervalMs) > 0);
}

/** Where both have a gap. */
export function overlap(some: readonly ReplicaGap[], others: readonly ReplicaGap[]): ReplicaGap[] {
  return some.flatMap((a) =>
    others
      .map((b) => ({ from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) }))
      .filter((gap) => gap.from < gap.to),
  );
}

/** What is left of gaps outside of others. */
export function without(gaps: readonly ReplicaGap[], cut: readonly ReplicaGap[]): ReplicaGap[] {
  return cut.reduce<ReplicaGap[]>(
    (rest, { from, to }) =>
      rest.flatMap((gap) =>
        [
          { from: gap.from, to: Math.min(gap.to, from) },
          { from: Math.max(gap.from, to), to: gap.to },
        ].filter((piece) => piece.from < piece.to),
      ),
    [...gaps],
  );
}

/** The usual distance between samples: for a target that nobody knows the interval of any more. Null below 3 samples. */
export function usualInterval(samples: readonly UpSample[]): number | null {
  if (samples.length < 3) return null;
  const times = samples.map((s) => s.at).sort((a, b) => a - b);
  const steps = times.slice(1).map((t, i) => t - times[i]!);
  steps.sort((a, b) => a - b);
  // Scrapes are late by milliseconds; intervals are set in seconds, or halves of them.
  return Math.max(500, Math.round(steps[steps.length >> 1]! / 500) * 500);
}
