import { parser } from '@prometheus-io/lezer-promql';

type Node = ReturnType<typeof parser.parse>['topNode'];

/** The label that says which target a series is of; each target is scraped by one shard only. */
const TARGET = 'instance';

/**
 * What of an expression means something else when each shard evaluates it over its own share of the targets, as
 * half-sentences; none when every series stays with its target.
 */
export function wrongWhenSharded(expr: string): string[] {
  const found: string[] = [];
  const text = (node: Node): string => expr.slice(node.from, node.to).replace(/\s+/g, ' ');
  parser.parse(expr).iterate({
    enter({ node }) {
      if (node.name === 'AggregateExpr' && !staysWithTarget(node, text) && !isOfOneTarget(node, text)) {
        found.push(`${text(node)} is taken over the targets of one shard only`);
      } else if (node.name === 'BinaryExpr' && joinsTargets(node, text)) {
        found.push(`${text(node)} joins series of targets that may be in different shards`);
      } else if (node.name === 'FunctionCall') {
        const name = node.getChild('FunctionIdentifier');
        const called = name === null ? '' : text(name);
        if (called.startsWith('absent')) found.push(`${text(node)} holds in every shard that has not got the target`);
        if (called === 'scalar') found.push(`${text(node)} is NaN in every shard that has not got the target`);
      }
    },
  });
  return found;
}

/** Grouped so that series of two targets are never put together. */
function staysWithTarget(aggregate: Node, text: (node: Node) => string): boolean {
  const modifier = aggregate.getChild('AggregateModifier');
  if (modifier === null) return false;
  const named = labelsOf(modifier, text).includes(TARGET);
  return modifier.getChild('By') === null ? !named : named;
}

/** Every selector in it names one target. */
function isOfOneTarget(node: Node, text: (node: Node) => string): boolean {
  const selectors: string[] = [];
  node.cursor().iterate((at) => {
    if (at.name === 'VectorSelector') selectors.push(text(at.node));
  });
  const one = selectors.map((selector) => /\binstance\s*=\s*("[^"]*"|'[^']*')/.exec(selector)?.[1]);
  return one.length > 0 && one.every((target) => target !== undefined && target === one[0]);
}

function joinsTargets(binary: Node, text: (node: Node) => string): boolean {
  const clause = binary.getChild('MatchingModifierClause');
  if (clause === null || isOfOneTarget(binary, text)) return false;
  const named = labelsOf(clause, text).includes(TARGET);
  if (clause.getChild('On') !== null) return !named;
  return clause.getChild('Ignoring') !== null && named;
}

/** Of the first list in it: that of `by`, `without`, `on` or `ignoring`. */
function labelsOf(modifier: Node, text: (node: Node) => string): string[] {
  const list = modifier.getChild('GroupingLabels');
  return list === null ? [] : list.getChildren('LabelName').map(text);
}
