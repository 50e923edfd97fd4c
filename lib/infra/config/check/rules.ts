import { isScalar, Scalar } from 'yaml';
import { UserError } from '../../../contract/errors';
import { isReserved, RESERVED_ALERTS, reservedName } from '../reserved';
import { EXTERNAL_LABELS } from '../../../contract/labels';
import { externalLabel, shadowedLabel } from './external-label';
import { promqlError } from '../promql/promql';
import { givesNoSample, wrongType } from '../promql/types';
import { badLabels, malformed, nameOfRule, rulesFile, type Group, type Malformed, type AnyRule } from './rule-form';
import { checkShape } from './shape';
import { parseYaml, type YamlFile } from '../yaml-file';

/** What there is to say about files of rules. */
export interface RulesVerdict {
  /** What Prometheus would refuse, as far as this program can tell; promtool knows better where it is. */
  readonly form: readonly UserError[];
  /** What does not go together with the cluster, though Prometheus takes it. */
  readonly clashes: readonly UserError[];
  readonly warnings: readonly string[];
}

/** Rule files by name: their form, every expression, names that are the project's own, and rules that stand twice. */
export function checkRules(files: Readonly<Record<string, string>>, label: (name: string) => string): RulesVerdict {
  const form: UserError[] = [];
  const clashes: UserError[] = [];
  const warnings: string[] = [];
  const seen = new Map<string, string>();
  for (const [name, content] of Object.entries(files)) {
    if (isReserved(name)) clashes.push(reservedName('a rule file', name, label(name)));
    const yaml = parseYaml(label(name), content, form);
    // An empty file is one without groups.
    const parsed = yaml && yaml.value !== null && checkShape(yaml, rulesFile, 'a rules file of Prometheus', form);
    if (!yaml || !parsed) continue;
    if (yaml.documents > 1) {
      warnings.push(
        `${label(name)}: there are ${yaml.documents} documents, and Prometheus reads the first only: put the others into files of their own`,
      );
    }
    form.push(...groupNames(parsed.groups, yaml));
    parsed.groups.forEach((group, g) => {
      const ofGroup = (label: string): string => yaml.where(['groups', g, 'labels', label]);
      clashes.push(...externalLabel(group.labels, ofGroup, [EXTERNAL_LABELS.cluster]));
      warnings.push(...shadowedLabel(group.labels, ofGroup));
      group.rules.forEach((rule, r) => {
        const path = ['groups', g, 'rules', r] as const;
        form.push(...malformed(rule).map((wrong) => problemOf(wrong, yaml, path, nameOfRule(rule))));
        if (rule.expr) form.push(...wrongExpression(yaml, [...path, 'expr'], rule.expr, nameOfRule(rule)));
        if (rule.alert && RESERVED_ALERTS.includes(rule.alert))
          clashes.push(reservedName('an alert', rule.alert, yaml.where([...path, 'alert'])));
        const labelAt = (label: string): string => yaml.where([...path, 'labels', label]);
        clashes.push(...externalLabel(rule.labels, labelAt, [EXTERNAL_LABELS.cluster]));
        warnings.push(...shadowedLabel(rule.labels, labelAt));
        const failing = givesNoSample(rule.expr ?? '');
        if (failing !== null)
          warnings.push(`${yaml.where([...path, 'expr'])}: ${nameOfRule(rule)} would fail each time: ${failing}`);
        warnings.push(...twice(seen, group, rule, yaml.where(path)));
      });
    });
  }
  return { form, clashes, warnings };
}

function problemOf(wrong: Malformed, yaml: YamlFile, path: readonly (string | number)[], about: string): UserError {
  const { key, ...said } = wrong;
  return new UserError({ ...said, about, where: yaml.where([...path, ...key]) });
}

function groupNames(groups: readonly Group[], yaml: YamlFile): UserError[] {
  const wrong = (g: number, what: string, got: string): UserError =>
    new UserError({
      what,
      where: yaml.where(['groups', g, 'name']),
      got,
      expected: 'a name that no other group of the file has',
      fix: 'name it after what its rules are about',
    });
  return groups.flatMap(({ name, labels = {} }, g) => [
    ...(name ? [] : [wrong(g, 'this group has no name', 'no name')]),
    ...(name && groups.findIndex((other) => other.name === name) < g
      ? [wrong(g, 'two groups of a file have the same name', `'${name}'`)]
      : []),
    ...badLabels(labels, 'labels').map((one) => problemOf(one, yaml, ['groups', g], `group ${name ?? ''}`)),
  ]);
}

/** Prometheus takes it, and then both do the same: twice the work, and for a recording rule two samples of one time. */
function twice(seen: Map<string, string>, group: Group, rule: AnyRule, where: string): string[] {
  const id = JSON.stringify([rule.alert, rule.record, rule.expr, sorted({ ...group.labels, ...rule.labels })]);
  const first = seen.get(id);
  if (first === undefined) seen.set(id, where);
  return first === undefined ? [] : [`${where}: ${nameOfRule(rule)} is the same as at ${first}: remove one of them`];
}

const sorted = (labels: Readonly<Record<string, string>>): [string, string][] =>
  Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));

function wrongExpression(yaml: YamlFile, path: readonly (string | number)[], expr: string, about: string): UserError[] {
  const wrong = promqlError(expr) ?? wrongType(expr);
  if (wrong === null) return [];
  const { offset, ...said } = wrong;
  return [new UserError({ ...said, about, where: whereInScalar(yaml, path, offset), fix: wrong.fix ?? 'correct it' })];
}

/** The place in the file of a character of a value. Exact for one line; the line's beginning for folded text. */
export function whereInScalar(yaml: YamlFile, path: readonly (string | number)[], offset: number): string {
  const node = yaml.node(path);
  if (!isScalar(node) || !node.range) return yaml.where(path);
  const [start] = node.range;
  if (node.type === Scalar.PLAIN) return yaml.at(start + offset);
  if (node.type === Scalar.QUOTE_SINGLE || node.type === Scalar.QUOTE_DOUBLE) return yaml.at(start + 1 + offset);
  return yaml.whereInBlock(start, String(node.value).slice(0, offset));
}
