import { parser } from '@prometheus-io/lezer-promql';

/** The first place at which Prometheus's own grammar fails, or null when the expression parses. */
export function promqlError(expr: string): { readonly offset: number; readonly near: string } | null {
  if (expr.trim() === '') return { offset: 0, near: 'an empty expression' };
  let offset: number | null = null;
  parser.parse(expr).iterate({
    enter(node) {
      if (node.type.isError && offset === null) offset = node.from;
    },
  });
  if (offset === null) return null;
  const rest = expr.slice(offset).trim();
  return { offset, near: rest === '' ? 'the end of the expression' : rest.split('\n')[0]!.slice(0, 40) };
}
