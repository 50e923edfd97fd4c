import { parser } from '@prometheus-io/lezer-promql';
import { isRe2 } from './re2';

type Node = ReturnType<typeof parser.parse>['topNode'];

/** What is wrong with an expression, and where in it. */
export interface Wrong {
  readonly offset: number;
  readonly what: string;
  readonly got: string;
  readonly expected: string;
  readonly fix?: string;
}

/** Functions of a range of samples, besides those whose names end in _over_time; all others take none. */
const OF_RANGES =
  /_over_time$|^(changes|delta|deriv|double_exponential_smoothing|holt_winters|idelta|increase|irate|predict_linear|rate|resets)$/;

/** An escape that Go does not know in a text, after an even number of backslashes. */
const UNKNOWN_ESCAPE = /^.(?:[^\\]|\\[abfnrtvxuU0-7\\'"])*?(\\[^abfnrtvxuU0-7\\'"])/;

/**
 * The first place at which an expression that parses would be refused, or never give anything: ranges where samples are
 * wanted and the other way round, and matchers that are no regular expressions. Not all that Prometheus looks at:
 * `promtool` does the rest.
 */
export function wrongType(expr: string): Wrong | null {
  const text = (node: Node): string => expr.slice(node.from, node.to).replace(/\s+/g, ' ');
  const tree = parser.parse(expr);
  const found: Wrong[] = [];
  const wrong = (node: Node, what: string, expected: string): void =>
    void found.push({ offset: node.from, what, got: text(node), expected });

  tree.iterate({
    enter({ node }) {
      if (node.name === 'FunctionCall') call(node);
      else if (node.name === 'AggregateExpr') noRange(node.getChild('FunctionCallBody'), 'an aggregation');
      else if (node.name === 'BinaryExpr') noRange(node, 'an operator');
      else if (/^(Unq|Q)uotedLabelMatcher$/.test(node.name)) matcher(node);
      else if (node.name === 'StringLiteral') escapes(node);
    },
  });
  return found.sort((a, b) => a.offset - b.offset)[0] ?? null;

  function call(node: Node): void {
    const name = text(node.getChild('FunctionIdentifier')!);
    const body = node.getChild('FunctionCallBody');
    if (!OF_RANGES.test(name)) noRange(body, name);
    else if (body !== null && !parts(body).some(isRange)) {
      wrong(node, `${name} is given no range of samples`, `${name} of a range, such as up[5m]`);
    }
  }

  function noRange(node: Node | null, taker: string): void {
    const range = node === null ? undefined : parts(node).find(isRange);
    if (range !== undefined) wrong(range, `${taker} takes no range of samples`, 'one sample of each series');
  }

  function escapes(node: Node): void {
    const unknown = expr[node.from] === '`' ? null : UNKNOWN_ESCAPE.exec(text(node))?.[1];
    if (unknown) wrong(node, `${unknown} means nothing in quotes`, `a doubled backslash, \\${unknown}, or backquotes`);
  }

  function matcher(node: Node): void {
    const kind = node.getChild('MatchOp')?.firstChild?.name;
    const literal = node.getChildren('StringLiteral').at(-1);
    if ((kind !== 'EqlRegex' && kind !== 'NeqRegex') || literal === undefined) return;
    const quoted = text(literal);
    const inner = quoted.slice(1, -1);
    if (isRe2(quoted.startsWith('`') ? inner : inner.replace(/\\(["'\\])/g, '$1'))) return;
    wrong(literal, 'this matcher is no regular expression', 'one as Prometheus has them (RE2): no look-around');
  }
}

/** Of a rule that Prometheus takes and that would fail at every evaluation: why, in half a sentence. */
export function givesNoSample(expr: string): string | null {
  const [result] = parts(parser.parse(expr).topNode);
  if (result === undefined) return null;
  if (isRange(result)) return 'its result is a range of samples, not one of each series as of max_over_time(up[5m])';
  return result.name === 'StringLiteral' ? 'its result is a text' : null;
}

/** What a node is made of, without comments. */
function parts(node: Node): Node[] {
  const found: Node[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.name !== 'LineComment') found.push(child);
  }
  return found;
}

/** Also in parentheses, with an offset, with @. */
function isRange(node: Node): boolean {
  if (node.name === 'MatrixSelector' || node.name === 'SubqueryExpr') return true;
  if (!['ParenExpr', 'OffsetExpr', 'StepInvariantExpr', 'AnchoredExpr', 'SmoothedExpr'].includes(node.name))
    return false;
  const [inner] = parts(node);
  return inner !== undefined && isRange(inner);
}
