import { nullable, fields, listOf, number, orElse, text, whole } from '../../../lib/contract/shape';
import { FURTHER_DIMENSIONS } from '../../../lib/contract/metrics';
import type { CallLine, QuietRun } from '../../../lib/contract/documents/quiet-run';
import { ownDocument } from '../../../lib/shell/local/own-document';

const CALL = ownDocument(
  'line of calls.jsonl',
  fields({ at: number, who: nullable(text), service: text, operation: text, what: text, count: whole }),
);
const EXECUTION = ownDocument('line of lambda.jsonl', fields({ at: number, function: text, what: text }));
const DIRECTIVE = fields({ Dimensions: listOf(listOf(text)), Metrics: listOf(fields({ Name: text })) });
const EMBEDDED = ownDocument(
  'line of embedded metrics',
  fields({ _aws: fields({ Timestamp: number, CloudWatchMetrics: listOf(DIRECTIVE) }) }),
);
const LINE = ownDocument('line of a log', fields({ at: orElse(text, '') }));

/** From when until when, ms since the Unix epoch. */
export interface CountedSpan {
  readonly from: number;
  readonly to: number;
}
const isWithin = ({ from, to }: CountedSpan, at: number): boolean => at >= from && at < to;
const FURTHER: readonly string[] = Object.values(FURTHER_DIMENSIONS);
const lines = (log: string): string[] => log.split('\n').filter((line) => line !== '');

/** Roles in AWS, and whose they are. */
export type Callers = ReadonlyMap<string, Pick<CallLine, 'by' | 'name'>>;

/** Calls of roles, added up; and how many others there were. @throws Error for a role that is nobody's */
export function countCalls(
  log: string,
  span: CountedSpan,
  callers: Callers,
  bucketOf: (bucket: string) => string,
): Pick<QuietRun, 'calls' | 'ofTheLocalRun'> {
  const counts = new Map<string, CallLine>();
  let ofTheLocalRun = 0;
  for (const line of lines(log)) {
    const { at, who, service, operation, what, count } = CALL.parse(line, 'calls.jsonl');
    if (!isWithin(span, at)) continue;
    if (who === null) {
      ofTheLocalRun += count;
      continue;
    }
    const caller = callers.get(who);
    if (caller === undefined) throw new Error(`calls.jsonl has a role that is nobody's: ${who}`);
    const kind = { ...caller, service, operation, what: what.replace(/^[^/]+/, bucketOf) };
    const key = JSON.stringify(kind);
    counts.set(key, { ...kind, count: count + (counts.get(key)?.count ?? 0) });
  }
  const calls = [...counts].sort(([a], [b]) => a.localeCompare(b)).map(([, call]) => call);
  return { calls, ofTheLocalRun };
}

/** By function as it is named in AWS: executions that began, and seconds of all that ran. */
export function countExecutions(
  log: string,
  span: CountedSpan,
): ReadonlyMap<string, { requests: number; seconds: number }> {
  const found = new Map<string, { requests: number; seconds: number; running: number; since: number }>();
  const upTo = (name: string, at: number) => {
    const so = found.get(name) ?? { requests: 0, seconds: 0, running: 0, since: span.from };
    const [begin, end] = [Math.max(so.since, span.from), Math.min(at, span.to)];
    so.seconds += (Math.max(0, end - begin) / 1000) * so.running;
    so.since = at;
    found.set(name, so);
    return so;
  };
  for (const line of lines(log)) {
    const { at, function: name, what } = EXECUTION.parse(line, 'lambda.jsonl');
    if (what !== 'started' && what !== 'ended') continue;
    const so = upTo(name, at);
    so.running += what === 'started' ? 1 : -1;
    if (what === 'started' && isWithin(span, at)) so.requests += 1;
  }
  for (const name of found.keys()) upTo(name, span.to);
  return new Map([...found].map(([name, { requests, seconds }]) => [name, { requests, seconds }]));
}

/** Of a function's log: its size, and the metrics that it carries, once each. */
export function countLog(log: string, span: CountedSpan): { bytes: number; lines: number; metrics: string[] } {
  const metrics = new Set<string>();
  let bytes = 0;
  let count = 0;
  for (const line of lines(log)) {
    const embedded = line.startsWith('{"_aws"') ? EMBEDDED.parse(line, 'a log')._aws : null;
    const at = embedded?.Timestamp ?? Date.parse(line.startsWith('{') ? LINE.parse(line, 'a log').at : '');
    if (!isWithin(span, at)) continue;
    bytes += Buffer.byteLength(line) + 1;
    count += 1;
    for (const { Dimensions, Metrics } of embedded?.CloudWatchMetrics ?? []) {
      for (const { Name: name } of Metrics) {
        for (const names of Dimensions)
          metrics.add([name, ...names.filter((one) => FURTHER.includes(one))].join(' by '));
      }
    }
  }
  return { bytes, lines: count, metrics: [...metrics] };
}
