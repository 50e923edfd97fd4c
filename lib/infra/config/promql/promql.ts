import { parser } from '@prometheus-io/lezer-promql';
import type { Wrong } from './types';

type Node = ReturnType<typeof parser.parse>['topNode'];

/** Deeper than this the grammar's tables give up, and Prometheus does not: chains of hundreds of operators. */
const DEEPEST = 600;

/** The first place at which Prometheus's own grammar fails, or null when the expression parses. */
export function promqlError(expr: string): Wrong | null {
  const wrong = (offset: number, got: string): Wrong => ({
    offset,
    what: 'this is not PromQL',
    got: `${got}${expr.includes('\n') || expr === '' ? '' : `   in: ${expr}`}`,
    expected: 'an expression that Prometheus parses',
    fix: 'correct it at this place: an operator, a bracket or a quote may be missing before it',
  });
  if (expr.trim() === '') return wrong(0, 'an empty expression');
  let error: Node | null = null;
  const text = asGrammarHasIt(expr);
  parser.parse(text).iterate({
    enter(node) {
      if (node.type.isError && error === null) error = node.node;
    },
  });
  if (error === null || depthOf(error) > DEEPEST) return null;
  const { from } = error as Node;
  const called = /([a-zA-Z_]\w*)\s*$/.exec(expr.slice(0, from));
  const isSelected = called !== null && parser.parse(text).resolve(called.index, 1).parent?.name === 'VectorSelector';
  if (isSelected && /^\s*\(/.test(expr.slice(from))) {
    return {
      offset: called.index,
      what: `there is no function ${called[1]!}`,
      got: `${called[1]!}(`,
      expected: 'a function of Prometheus',
      fix: 'correct its name',
    };
  }
  const rest = expr.slice(from).trim();
  return wrong(from, rest === '' ? 'the end of the expression' : rest.split('\n')[0]!.slice(0, 40));
}

/**
 * What Prometheus takes and its published grammar does not, in a form that both take and of the same length: numbers that
 * end in a point, and a metric that is called offset.
 */
function asGrammarHasIt(expr: string): string {
  const strings = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|#.*/g;
  const outside = (part: string): string =>
    part
      .replace(/(?<![\w.:])(\d+)\.(?![\w.])/g, '$1 ')
      .replace(/((?:^|[(,+*/%^=<>-]|\b(?:and|or|unless)\b)\s*)offset\b(?!\s*[-\d])/g, '$1metric');
  let done = '';
  let from = 0;
  for (const { 0: string, index } of expr.matchAll(strings)) {
    done += outside(expr.slice(from, index)) + string;
    from = index + string.length;
  }
  return done + outside(expr.slice(from));
}

function depthOf(node: Node): number {
  let depth = 0;
  for (let at = node.parent; at !== null; at = at.parent) depth += 1;
  return depth;
}
