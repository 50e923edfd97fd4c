import { parser } from '@prometheus-io/lezer-promql';
import { parseDuration } from '../../contract/duration';
import { tooShort, widenedMs, type ScrapeInterval } from '../../contract/profile';

/** An expression in a slower profile, and why it no longer means quite the same there. */
export interface Rewritten {
  readonly expr: string;
  /** Half-sentences; empty when it keeps its meaning. */
  readonly lost: readonly string[];
  /** The metrics that it selects by name. */
  readonly metrics: readonly string[];
}

/** Whether a metric is written by rules, and so as often as ever, in every profile. */
export type IsRecorded = (metric: string) => boolean;

type Node = ReturnType<typeof parser.parse>['topNode'];
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** What may stand behind a selector and belongs to it. By text: the grammar gives `a + b offset 1m` to the whole sum. */
const MODIFIERS =
  /^(?:\s*(?:offset\s+[-+]?\s*[0-9][0-9a-z.]*|@\s*(?:(?:start|end)\s*\(\s*\)|[-+]?[0-9.]+(?:e[-+]?[0-9]+)?)))*/i;

/** Functions of a range whose value grows with the number of samples in it. */
const COUNTING = ['count_over_time', 'sum_over_time'];

/**
 * The same expression for samples that come less often. When scrapes slow down Prometheus marks every series stale, and
 * instant selectors see nothing until the next scrape: a pending alert would begin anew. So each of them looks back
 * over a window instead, which staleness does not touch; a vanished series then stays for that window. Ranges too short
 * to hold two samples are widened, and that is said; what counts samples finds fewer, and that is said too.
 */
export function inScrapeInterval(expr: string, interval: ScrapeInterval, isRecorded: IsRecorded): Rewritten {
  const edits: Edit[] = [];
  const lost: string[] = [];
  const metrics: string[] = [];
  const window = `[${interval.windowMs / 1000}s]`;

  const nameOf = (call: Node | null): string =>
    call === null ? '' : expr.slice(call.from, expr.indexOf('(', call.from)).trim();

  const range = (matrix: Node, selector: Node): void => {
    const duration = matrix.getChild('DurationExpr');
    if (duration === null) return;
    const name = nameOf(callOf(matrix));
    if (interval.slower && COUNTING.includes(name))
      lost.push(`${name}(${expr.slice(selector.from, matrix.to)}) has fewer samples to add up`);
    const text = expr.slice(duration.from, duration.to);
    const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : parseDuration(text);
    if (ms === null || !tooShort(ms, interval)) return;
    const wide = `${widenedMs(interval) / 1000}s`;
    edits.push({ from: duration.from, to: duration.to, text: wide });
    lost.push(`${expr.slice(selector.from, matrix.to)} holds fewer than two samples and looks back ${wide} instead`);
  };

  const instant = (selector: Node): void => {
    const whole = selector.to + MODIFIERS.exec(expr.slice(selector.to))![0].length;
    const call = callOf(selector);
    const name = nameOf(call);
    if (name === 'timestamp') {
      // Of a window it would be the time of the evaluation.
      lost.push(`timestamp(${expr.slice(selector.from, whole)}) is of a sample that is up to one interval older`);
      return;
    }
    edits.push({ from: selector.to, to: selector.to, text: window });
    if (name === 'absent') {
      // Only of a selector can it tell which labels are absent.
      edits.push({ from: call!.from, to: call!.from + name.length, text: 'absent_over_time' });
      return;
    }
    edits.push({ from: selector.from, to: selector.from, text: 'last_over_time(' });
    edits.push({ from: whole, to: whole, text: ')' });
  };

  parser.parse(expr).iterate({
    enter(at) {
      if (at.name !== 'VectorSelector') return;
      const selector = at.node;
      const metric = metricOf(selector, expr);
      if (metric !== null) metrics.push(metric);
      if (metric !== null && isRecorded(metric)) return;
      if (selector.parent?.name === 'MatrixSelector') range(selector.parent, selector);
      else instant(selector);
    },
  });
  return { expr: apply(expr, edits), lost, metrics };
}

function metricOf(selector: Node, expr: string): string | null {
  const identifier = selector.getChild('Identifier');
  if (identifier !== null) return expr.slice(identifier.from, identifier.to);
  return /__name__\s*=\s*["'`]([^"'`]+)["'`]/.exec(expr.slice(selector.from, selector.to))?.[1] ?? null;
}

/** The call whose only argument this is, as it stands or with modifiers. */
function callOf(selector: Node): Node | null {
  let outer = selector.parent;
  while (outer !== null && ['OffsetExpr', 'StepInvariantExpr', 'ParenExpr'].includes(outer.name)) outer = outer.parent;
  return outer?.name === 'FunctionCallBody' && outer.parent?.name === 'FunctionCall' ? outer.parent : null;
}

function apply(text: string, edits: readonly Edit[]): string {
  // From the end, so that places stay what they are; of two at one place, what comes later in the list stands later.
  const inOrder = edits.map((edit, i) => ({ ...edit, i })).sort((a, b) => b.from - a.from || b.i - a.i);
  return inOrder.reduce((done, { from, to, text: put }) => done.slice(0, from) + put + done.slice(to), text);
}
