import * as z from 'zod/mini';
import { ownDocument } from '../../../lib/shell/local/own-document';
import { fields, listOf, number, text } from '../../../lib/contract/shape';

const metrics = fields({
  Namespace: text,
  Dimensions: listOf(listOf(text)),
  Metrics: listOf(fields({ Name: text })),
});
/** CloudWatch's embedded metric format; values and dimensions lie beside `_aws`. */
const EMBEDDED = ownDocument(
  'line of embedded metrics',
  z.catchall(fields({ _aws: fields({ Timestamp: number, CloudWatchMetrics: listOf(metrics) }) }), z.unknown()),
);

/** One metric's identity, as CloudWatch has it. */
export interface MetricId {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Keeps the metrics of the last hour, as CloudWatch would get them from the functions' logs. */
export class MetricStore {
  private readonly points = new Map<string, { at: number; seenFrom: number; value: number }[]>();

  /** `delayMs`: how much later than it was written a point can be seen, drawn for each log line. */
  constructor(private readonly delayMs: () => number = () => 0) {}

  put(id: MetricId, value: number, at: number, seenFrom: number = at + this.delayMs()): void {
    const key = keyOf(id);
    const kept = (this.points.get(key) ?? []).filter((p) => p.at > at - KEEP_MS);
    kept.push({ at, seenFrom, value });
    this.points.set(key, kept);
  }

  /** Takes the metrics out of a log line, if it is one in the embedded metric format. */
  takeLogLine(line: string): boolean {
    if (!line.startsWith('{"_aws"')) return false;
    const document = EMBEDDED.parse(line, 'a log line');
    const seenFrom = document._aws.Timestamp + this.delayMs();
    for (const directive of document._aws.CloudWatchMetrics) {
      for (const names of directive.Dimensions) {
        const dimensions = Object.fromEntries(names.map((name) => [name, String(document[name])]));
        for (const { Name } of directive.Metrics) {
          this.put(
            { namespace: directive.Namespace, name: Name, dimensions },
            Number(document[Name]),
            document._aws.Timestamp,
            seenFrom,
          );
        }
      }
    }
    return true;
  }

  /** Values in [from, to) that can be seen at `now`. */
  values(id: MetricId, from: number, to: number, now = Infinity): number[] {
    return (this.points.get(keyOf(id)) ?? [])
      .filter((p) => p.at >= from && p.at < to && p.seenFrom <= now)
      .map((p) => p.value);
  }
}

/** The longest alarm looks back an hour. */
const KEEP_MS = 61 * 60_000;

function keyOf({ namespace, name, dimensions }: MetricId): string {
  return JSON.stringify([namespace, name, Object.entries(dimensions).sort()]);
}
