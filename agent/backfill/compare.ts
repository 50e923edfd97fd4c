import { inGaps, type Span } from '../../lib/core/backfill/backfill';
import type { ScrapeGroup } from '../../lib/core/backfill/rhythm';
import { remoteRead, remoteWrite } from './remote';
import type { BackfillSide } from './side';
import { readings, withoutAdded } from './stored-labels';
import { anyOf, jobMatchers, type Matcher, type WireSeries } from './wire';

export interface Filled {
  /** Samples that were read on both sides. */
  readonly compared: number;
  readonly written: number;
  readonly refused: number;
  /** Why the first of them was refused. */
  readonly why: string | null;
}

const NOTHING_FILLED: Filled = { compared: 0, written: 0, refused: 0, why: null };

const bothFilled = (a: Filled, b: Filled): Filled => ({
  compared: a.compared + b.compared,
  written: a.written + b.written,
  refused: a.refused + b.refused,
  why: a.why ?? b.why,
});

/** What alerts a node had is what it thought; it thought nothing while it was away. */
const NOT_ALERTS: Matcher = { name: '__name__', is: '!~', value: 'ALERTS|ALERTS_FOR_STATE' };
/** Series of one batch that are written at once. */
const BATCH_POINTS = 50_000;
/** In one regular expression. */
const NAMES_AT_ONCE = 200;

/**
 * Writes into our own Prometheus those of the peer's samples of the span that lie in gaps of ours. Of what we have nothing and the
 * peer has one sample nobody can tell whether it is missing: these are looked at once more, from `widestMs` before to after.
 */
export async function fill(
  own: BackfillSide,
  peer: BackfillSide,
  span: Span,
  group: ScrapeGroup,
  widestMs: number,
): Promise<Filled> {
  const first = await fillSeries(own, peer, span, group, jobMatchers(group.jobs), false);
  let sum = first.filled;
  const names = [...first.doubtful];
  for (let from = 0; from < names.length; from += NAMES_AT_ONCE) {
    const value = anyOf(names.slice(from, from + NAMES_AT_ONCE));
    const matchers: Matcher[] = [...jobMatchers(group.jobs), { name: '__name__', is: '=~', value }];
    const wide = { intervalMs: null, marginMs: widestMs };
    sum = bothFilled(sum, (await fillSeries(own, peer, span, wide, matchers, true)).filled);
  }
  return sum;
}

/** `whole`: what we have nothing of in all that is read is missing. `doubtful`: names of series of which too little was read. */
async function fillSeries(
  own: BackfillSide,
  peer: BackfillSide,
  span: Span,
  { intervalMs, marginMs }: Pick<ScrapeGroup, 'intervalMs' | 'marginMs'>,
  matchers: readonly Matcher[],
  whole: boolean,
): Promise<{ readonly filled: Filled; readonly doubtful: ReadonlySet<string> }> {
  // A gap is seen by the samples around it.
  const read = { from: span.from - marginMs, to: Math.min(span.to + marginMs, Date.now()), intervalMs };
  const have = new Map<string, readonly number[]>();
  const doubtful = new Set<string>();
  let filled = NOTHING_FILLED;
  for (const series of await readAll(own, read, matchers, 'times')) {
    have.set(keyOf(series.labels), series.times);
    filled = { ...filled, compared: filled.compared + series.times.length };
  }
  let batch: Pick<WireSeries, 'labels' | 'points'>[] = [];
  let points = 0;
  const flush = async (): Promise<void> => {
    const { refused, why } = await remoteWrite(own.url, batch);
    filled = bothFilled(filled, { compared: 0, written: points - refused, refused, why });
    batch = [];
    points = 0;
  };
  for (const { labels, times, points: samples } of await readAll(peer, read, matchers, 'points')) {
    filled = { ...filled, compared: filled.compared + times.length };
    const inSpan = (): number[] => [...times.keys()].filter((i) => times[i]! >= span.from && times[i]! < span.to);
    const found = inGaps(have.get(keyOf(labels)) ?? [], times, span, read);
    if (found === null && !whole) doubtful.add(labels.find(([name]) => name === '__name__')?.[1] ?? '');
    const wanted = found ?? (whole ? inSpan() : []);
    if (wanted.length === 0) continue;
    batch.push({ labels, points: wanted.map((i) => samples[i]!) });
    points += wanted.length;
    if (points >= BATCH_POINTS) await flush();
  }
  if (points > 0) await flush();
  return { filled, doubtful };
}

async function readAll(
  { url, labels }: BackfillSide,
  { from, to }: Span,
  matchers: readonly Matcher[],
  wanted: 'times' | 'points',
): Promise<WireSeries[]> {
  const all: WireSeries[] = [];
  for (const reading of readings(labels)) {
    const read = await remoteRead(url, from, to, [NOT_ALERTS, ...matchers, ...reading.matchers], wanted);
    for (const series of read) {
      all.push({ ...series, labels: withoutAdded(series, reading.added, labels.external) });
    }
  }
  return all;
}

function keyOf(labels: WireSeries['labels']): string {
  return labels.map(([name, value]) => `${name}\xff${value}`).join('\xfe');
}
