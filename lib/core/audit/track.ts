/** One sample of a target's `up`. */
export interface UpSample {
  /** Ms since the Unix epoch, by the clock of whoever scraped. */
  readonly at: number;
  /** Whether the target answered: a scrape that fails is a sample all the same. */
  readonly up: boolean;
}

/** A stretch without samples, in ms since the Unix epoch: from the last sample before it to the first one after it. */
export interface Hole {
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
  readonly holes: readonly Hole[];
}

/**
 * Scrapes come on a grid; a late one is followed by an early one and nothing is lost. Only a gap of nearly two
 * intervals means that a sample is missing.
 */
const SLACK = 0.25;

/** How many samples are missing in a hole. */
export function missingIn({ from, to }: Hole, intervalMs: number): number {
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
  const holes = [...(track?.holes ?? [])];
  for (const sample of [...samples].sort((a, b) => a.at - b.at)) {
    const at = sample.at - offsetMs;
    if (at <= last) continue;
    if (present === 0) first = at;
    else if (missingIn({ from: last, to: at }, intervalMs) > 0) holes.push({ from: last, to: at });
    last = at;
    present += 1;
    if (!sample.up) down += 1;
  }
  return present === 0 ? null : { first, last, present, down, holes };
}

/** Where the view misses samples within a stretch, its edges included; all of it when there is no track. */
export function holesWithin(track: Track | null, within: Hole, intervalMs: number): Hole[] {
  const all =
    track === null
      ? [within]
      : [{ from: within.from, to: track.first }, ...track.holes, { from: track.last, to: within.to }];
  return overlap(all, [within]).filter((hole) => missingIn(hole, intervalMs) > 0);
}

/** Where both have a hole. */
export function overlap(some: readonly Hole[], others: readonly Hole[]): Hole[] {
  return some.flatMap((a) =>
    others
      .map((b) => ({ from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) }))
      .filter((hole) => hole.from < hole.to),
  );
}

/** What is left of holes outside of others. */
export function without(holes: readonly Hole[], cut: readonly Hole[]): Hole[] {
  return cut.reduce<Hole[]>(
    (rest, { from, to }) =>
      rest.flatMap((hole) =>
        [
          { from: hole.from, to: Math.min(hole.to, from) },
          { from: Math.max(hole.from, to), to: hole.to },
        ].filter((piece) => piece.from < piece.to),
      ),
    [...holes],
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
