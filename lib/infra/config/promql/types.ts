import { parser } from '@prometheus-io/lezer-promql';
import { isRe2 } from './re2';

type Node = ReturnType<typeof parser.parse>['topNode'];

/** What parses and still is of the wrong type. */
export interface WrongType {
  readonly offset: number;
  readonly what: string;
  readonly got: string;
  readonly expected: string;
}

/** Functions of a range of samples, besides those whose names end in _over_time; all others take none. */
const OF_RANGES =
  /_over_time$|^(changes|delta|deriv|double_exponential_smoothing|holt_winters|idelta|increase|irate|predict_linear|rate|resets)$/;

/**
 * The first place at which an expression that parses would be refused, or never give anything: ranges where samples are
 * wanted and the other way round, a rule whose result is no sample, and matchers that are no regular expressions. Not all
 * that Prometheus looks at: `promtool` on the nodes does the rest.
 */
export function wrongType(expr: string): WrongType | null {
  const text = (node: Node): string => expr.slice(node.from, node.to).replace(/\s+/g, ' ');
  const tree = parser.parse(expr);
  const found: WrongType[] = [];
  const wrong = (node: Node, what: string, expected: string): void =>
    void found.push({ offset: node.from, what, got: text(node), expected });

  const [result] = parts(tree.topNode);
  if (result !== undefined && isRange(result)) {
    wrong(
      result,
      'a rule over a range would fail each time',
      'one sample of each series, such as max_over_time(up[5m])',
    );
  } else if (result?.name === 'StringLiteral') {
    wrong(result, 'a rule that is a text would fail each time', 'an expression that gives samples');
  }
  tree.iterate({
    enter({ node }) {
      if (node.name === 'FunctionCall') call(node);
      else if (node.name === 'AggregateExpr') noRange(node.getChild('FunctionCallBody'), 'an aggregation');
      else if (node.name === 'BinaryExpr') noRange(node, 'an operator');
      else if (/^(Unq|Q)uotedLabelMatcher$/.test(node.name)) matcher(node);
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
  if (!['ParenExpr', 'OffsetExpr', 'StepInvariantExpr'].includes(node.name)) return false;
  const [inner] = parts(node);
  return inner !== undefined && isRange(inner);
}
