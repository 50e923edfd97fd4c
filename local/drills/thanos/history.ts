/** Past days of a metric of the drill's own. Times in ms since the Unix epoch. */
export interface History {
  readonly metric: string;
  readonly series: number;
  readonly from: number;
  /** Excluded. */
  readonly to: number;
  readonly everyMs: number;
}

const HOUR = 3_600_000;
/** The compactor makes blocks of two days, from midnight UTC of every other day. */
export const TWO_DAYS = 48 * HOUR;
/** The two newest blocks of a stream are left alone by the compactor: their range may not be complete yet. */
export const TAIL = 4 * HOUR;

/** Whole pairs of days, and two blocks after them that leave them free to be compacted. */
export function historyBefore(
  end: number,
  metric: string,
  size: { pairs: number; series: number; everyMs: number },
): History {
  const to = Math.floor((end - TAIL) / TWO_DAYS) * TWO_DAYS;
  return { metric, series: size.series, from: to - size.pairs * TWO_DAYS, to: to + TAIL, everyMs: size.everyMs };
}

/** Value of a sample: no two neighbours are equal, and sums stay exact. */
export const sampleAt = (series: number, index: number): number => series + (index % 97);

export const sampleCount = ({ from, to, everyMs }: History): number => Math.ceil((to - from) / everyMs);

/** Number and sum of the samples of one series in (from, to]. */
export function expected(history: History, series: number, from: number, to: number): { count: number; sum: number } {
  let count = 0;
  let sum = 0;
  for (let i = 0; i < sampleCount(history); i += 1) {
    const at = history.from + i * history.everyMs;
    if (at <= from || at > to) continue;
    count += 1;
    sum += sampleAt(series, i);
  }
  return { count, sum };
}

/** OpenMetrics text of a part of it, series by series: all of it is larger than a string should be. */
export function* openMetrics(history: History, from = history.from, to = history.to): Generator<string> {
  yield `# TYPE ${history.metric} gauge\n`;
  for (let series = 0; series < history.series; series += 1) {
    const lines: string[] = [];
    for (let i = Math.ceil((from - history.from) / history.everyMs); ; i += 1) {
      const at = history.from + i * history.everyMs;
      if (at >= to) break;
      lines.push(`${history.metric}{series="${series}"} ${sampleAt(series, i)} ${at / 1000}\n`);
    }
    yield lines.join('');
  }
  yield '# EOF\n';
}
