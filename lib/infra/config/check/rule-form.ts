import { z } from 'zod';
import { parseDuration } from '../../../contract/duration';

const text = z.string({ error: 'text' });
const duration = text.refine(
  (value) => parseDuration(value) !== null,
  'a duration with its unit, such as 30s, 5m or 1h30m, below 292y',
);
const labels = z.record(z.string(), text, { error: 'names and values, such as { severity: page }' }).optional();
const rule = z.strictObject(
  {
    record: text.optional(),
    alert: text.optional(),
    expr: text.optional(),
    for: duration.optional(),
    keep_firing_for: duration.optional(),
    labels,
    annotations: labels,
  },
  { error: 'a rule: alert or record, and expr' },
);

/** A rule, its names and values as texts; what is not there is not set. */
export type AnyRule = z.output<typeof rule>;

/** A file of rules: what is empty is as good as absent (model/rulefmt of Prometheus). */
export const rulesFile = z.strictObject(
  {
    groups: z
      .array(
        z.strictObject(
          {
            name: text.optional(),
            interval: duration.optional(),
            limit: text.regex(/^[-+]?[0-9][0-9_]*$/, 'a whole number').optional(),
            query_offset: duration.optional(),
            labels,
            rules: z
              .array(
                rule.nullable().transform((one): AnyRule => one ?? {}),
                { error: 'a list of rules' },
              )
              .default([]),
          },
          { error: 'a group: name and rules' },
        ),
        { error: 'a list of groups' },
      )
      .default([]),
  },
  { error: 'groups' },
);
export type Group = z.output<typeof rulesFile>['groups'][number];

/** `alert X`, `recording rule y`: what people call it. */
export function nameOfRule({ alert, record }: AnyRule): string {
  return alert ? `alert ${alert}` : record ? `recording rule ${record}` : 'a rule without a name';
}

/** What is wrong with a rule or group as a whole; `key`: where. */
export interface Malformed {
  readonly key: readonly string[];
  readonly what: string;
  readonly got: string;
  readonly expected: string;
  readonly fix: string;
}

/** What Prometheus refuses though every key has the right form. */
export function malformed({ record, alert, expr, labels: own = {}, annotations = {}, ...rest }: AnyRule): Malformed[] {
  const found: Malformed[] = [];
  const only = (key: keyof typeof rest): void => {
    const value = rest[key];
    if (record && value !== undefined && parseDuration(value) !== 0) found.push(notRecorded(key, value));
  };
  if (record && alert) {
    found.push({
      key: ['record'],
      what: 'this is a recording rule and an alert in one',
      got: `record: ${record}, alert: ${alert}`,
      expected: 'alert or record',
      fix: 'make two rules of it',
    });
  } else if (!record && !alert) {
    found.push({
      key: [],
      what: 'this rule has no name',
      got: 'neither alert nor record',
      expected: '`alert: Name` for an alert, `record: level:metric:operation` for a recording rule',
      fix: 'add one of them',
    });
  }
  if (!expr) {
    found.push({
      key: ['expr'],
      what: 'this rule has no expression',
      got: 'no expr',
      expected: 'a PromQL expression, such as expr: up == 0',
      fix: 'add it',
    });
  }
  only('for');
  only('keep_firing_for');
  if (record && Object.keys(annotations).length > 0)
    found.push(notRecorded('annotations', Object.keys(annotations).join(', ')));
  if (record && /[{}]/.test(record)) {
    found.push({
      key: ['record'],
      what: "braces in a recording rule's name",
      got: record,
      expected: 'a name alone, such as job:up:sum',
      fix: 'put selectors into expr and labels under labels',
    });
  }
  return [...found, ...badLabels(own, 'labels'), ...badLabels(annotations, 'annotations')];
}

/** Prometheus takes any name of UTF-8 but these. */
export function badLabels(labels: Readonly<Record<string, string>>, under: 'labels' | 'annotations'): Malformed[] {
  return Object.keys(labels)
    .filter((name) => name === '' || (under === 'labels' && name === '__name__'))
    .map((name) => ({
      key: [under, name],
      what: 'this label cannot be set',
      got: `'${name}'`,
      expected: 'a name that is not empty and not __name__',
      fix: name === '' ? 'give it a name' : 'name the metric by record',
    }));
}

function notRecorded(key: string, got: string): Malformed {
  return {
    key: [key],
    what: `${key} has no meaning in a recording rule`,
    got: `${key}: ${got}`,
    expected: 'record, expr and labels',
    fix: `remove ${key}, or write alert: in place of record:`,
  };
}
