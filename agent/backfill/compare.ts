import { inGaps, type Span } from '../../lib/core/backfill/backfill';
import { remoteRead, remoteWrite } from './remote';
import type { ScrapeGroup, BackfillSide } from './side';
import { readings, withoutAdded } from './stored-labels';
import type { Matcher, WireSeries } from './wire';

export interface Filled {
  /** Samples that were read on both sides. */
  readonly compared: number;
  readonly written: number;
  readonly refused: number;
  /** Why the first of them was refused. */
  readonly why: string | null;
}

/** What alerts a node had is what it thought; it thought nothing while it was away. */
const NOT_ALERTS: Matcher = { name: '__name__', is: '!~', value: 'ALERTS|ALERTS_FOR_STATE' };
/** Series of one batch that are written at once. */
const BATCH_POINTS = 50_000;

/** Writes into our own Prometheus those of the peer's samples of the span that lie in gaps of ours. */
export async function fill(
  own: BackfillSide,
  peer: BackfillSide,
  span: Span,
  { matchers, marginMs }: ScrapeGroup,
): Promise<Filled> {
  // A gap is seen by the samples around it.
  const [from, to] = [span.from - marginMs, span.to + marginMs];
  const have = new Map<string, readonly number[]>();
  let compared = 0;
  for (const series of await readAll(own, from, to, matchers, 'times')) {
    have.set(keyOf(series.labels), series.times);
    compared += series.times.length;
  }
  let sum: Filled = { compared, written: 0, refused: 0, why: null };
  let batch: Pick<WireSeries, 'labels' | 'points'>[] = [];
  let points = 0;
  const flush = async (): Promise<void> => {
    const { refused, why } = await remoteWrite(own.url, batch);
    sum = { ...sum, written: sum.written + points - refused, refused: sum.refused + refused, why: sum.why ?? why };
    batch = [];
    points = 0;
  };
  for (const series of await readAll(peer, from, to, matchers, 'points')) {
    sum = { ...sum, compared: sum.compared + series.times.length };
    const wanted = inGaps(have.get(keyOf(series.labels)) ?? [], series.times, span);
    if (wanted.length === 0) continue;
    batch.push({ labels: series.labels, points: wanted.map((i) => series.points[i]!) });
    points += wanted.length;
    if (points >= BATCH_POINTS) await flush();
  }
  if (points > 0) await flush();
  return sum;
}

async function readAll(
  { url, labels }: BackfillSide,
  from: number,
  to: number,
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
