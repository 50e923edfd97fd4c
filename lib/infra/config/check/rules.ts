import { isScalar, Scalar } from 'yaml';
import { z } from 'zod';
import { UserError } from '../../../contract/errors';
import { parseDuration } from '../../../contract/duration';
import { isReserved, RESERVED_ALERTS, reservedName } from '../reserved';
import { externalLabel } from './external-label';
import { promqlError } from '../promql/promql';
import { wrongType } from '../promql/types';
import { checkShape } from './shape';
import { parseYaml, type YamlFile } from '../yaml-file';

const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const text = z.string({ error: 'text' });
const duration = text.refine((value) => parseDuration(value) !== null, "a duration in Prometheus's form, such as 30s");
const labels = z.record(text.regex(LABEL, 'a label name: letters, digits and _'), text).optional();
const shared = { expr: z.union([text, z.number()], { error: 'a PromQL expression' }), labels };
const recording = z.strictObject({ record: text.regex(METRIC, 'a metric name'), ...shared });
const alerting = z.strictObject({
  alert: text.min(1, 'a name'),
  ...shared,
  for: duration.optional(),
  keep_firing_for: duration.optional(),
  annotations: labels,
});
// Told apart by the key itself, so that a message is about the rule that was meant.
const rule = z.unknown().transform((value, context) => {
  const kind = typeof value === 'object' && value !== null && 'alert' in value ? alerting : recording;
  const parsed = kind.safeParse(value);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) context.issues.push({ ...issue, input: value } as never);
  return z.NEVER;
});
const rulesFile = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: text.min(1, 'a name'),
      interval: duration.optional(),
      limit: z.number().optional(),
      query_offset: duration.optional(),
      labels,
      rules: z.array(rule, { error: 'a list of rules' }),
    }),
    { error: 'a list of groups' },
  ),
});

/** Rule files by name: their form, every expression, and names that occur twice. */
export function checkRules(files: Readonly<Record<string, string>>, label: (name: string) => string): UserError[] {
  const problems: UserError[] = [];
  const seen = new Map<string, string>();
  for (const [name, content] of Object.entries(files)) {
    if (isReserved(name)) problems.push(reservedName('a rule file', name, label(name)));
    const yaml = parseYaml(label(name), content, problems);
    const parsed = yaml && checkShape(yaml, rulesFile, 'a rules file of Prometheus', problems);
    if (!yaml || !parsed) continue;
    parsed.groups.forEach((group, g) => {
      once(seen, `group ${name}/${group.name}`, yaml.where(['groups', g, 'name']), problems);
      problems.push(...externalLabel(group.labels, (label) => yaml.where(['groups', g, 'labels', label])));
      group.rules.forEach((one, r) => {
        const path = ['groups', g, 'rules', r] as const;
        const key = 'alert' in one ? 'alert' : 'record';
        if ('alert' in one && RESERVED_ALERTS.includes(one.alert))
          problems.push(reservedName('an alert', one.alert, yaml.where([...path, key])));
        const own = 'alert' in one ? `alert ${one.alert}` : `recording rule ${one.record}`;
        // The same name with other labels is a usual way to give an alert several severities.
        once(seen, `${own} ${JSON.stringify(one.labels ?? {})}`, yaml.where([...path, key]), problems, own);
        checkExpression(yaml, [...path, 'expr'], String(one.expr), problems);
        problems.push(...externalLabel(one.labels, (label) => yaml.where([...path, 'labels', label])));
      });
    });
  }
  return problems;
}

function once(seen: Map<string, string>, id: string, where: string, problems: UserError[], what = id): void {
  const first = seen.get(id);
  if (first === undefined) seen.set(id, where);
  else {
    problems.push(
      new UserError({
        what: `${what} is defined twice`,
        where,
        got: `the first one is at ${first}`,
        expected: 'each once',
        fix: 'rename or remove one of them, or give it other labels',
      }),
    );
  }
}

function checkExpression(
  yaml: YamlFile,
  path: readonly (string | number)[],
  expr: string,
  problems: UserError[],
): void {
  const error = promqlError(expr);
  if (error === null) {
    const wrong = wrongType(expr);
    if (wrong !== null) {
      const { offset, ...said } = wrong;
      problems.push(new UserError({ ...said, where: whereInScalar(yaml, path, offset), fix: 'correct it' }));
    }
    return;
  }
  problems.push(
    new UserError({
      what: 'this is not PromQL',
      where: whereInScalar(yaml, path, error.offset),
      got: `${error.near}${expr.includes('\n') ? '' : `   in: ${expr}`}`,
      expected: 'an expression that Prometheus parses',
      fix: 'correct it; `promtool check rules` says the same',
    }),
  );
}

/** The place in the file of a character of a value. Exact for one line; the line's beginning for folded text. */
function whereInScalar(yaml: YamlFile, path: readonly (string | number)[], offset: number): string {
  const node = yaml.node(path);
  if (!isScalar(node) || !node.range) return yaml.where(path);
  const [start] = node.range;
  if (node.type === Scalar.PLAIN) return yaml.at(start + offset);
  if (node.type === Scalar.QUOTE_SINGLE || node.type === Scalar.QUOTE_DOUBLE) return yaml.at(start + 1 + offset);
  return yaml.whereInBlock(start, String(node.value).slice(0, offset));
}
