import { isScalar } from 'yaml';
import type { ScrapeInterval } from '../../contract/profile';
import { documentAsWritten, MOST_ALIASES } from './as-written';
import { inScrapeInterval } from './promql-rewrite';

/** A rule that does not mean the same in a slower profile. */
export interface LostMeaning {
  readonly file: string;
  /** Where its expression stands in the file. */
  readonly path: readonly (string | number)[];
  /** `alert X` or `recording rule y`. */
  readonly rule: string;
  /** Half-sentences. */
  readonly lost: readonly string[];
}

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr?: string | number;
}

interface RulesFile {
  readonly groups?: readonly { readonly rules?: readonly Rule[] | null }[] | null;
}

/**
 * Rule files for a slower profile. Names, labels, files and groups stay, so that Prometheus carries the state of every
 * alert over the reload. `isDropped`: metrics that are not scraped in it.
 */
export function rulesInScrapeInterval(
  files: Readonly<Record<string, string>>,
  interval: ScrapeInterval,
  isDropped: (metric: string) => boolean,
): { readonly files: Record<string, string>; readonly lost: readonly LostMeaning[] } {
  const names = Object.keys(files).sort();
  const documents = new Map(names.map((name) => [name, documentAsWritten(files[name]!)]));
  const recorded = new Set(['ALERTS', 'ALERTS_FOR_STATE']);
  const each = (visit: (file: string, path: (string | number)[], rule: Rule) => void): void => {
    for (const [file, document] of documents) {
      const { groups } = (document.toJS({ maxAliasCount: MOST_ALIASES }) ?? {}) as RulesFile;
      groups?.forEach((group, g) =>
        group.rules?.forEach((rule, r) => visit(file, ['groups', g, 'rules', r, 'expr'], rule)),
      );
    }
  };
  each((_file, _path, { record }) => record !== undefined && recorded.add(record));

  const found: (LostMeaning & { readonly record: string | undefined; readonly metrics: readonly string[] })[] = [];
  each((file, path, rule) => {
    const { expr, lost, metrics } = inScrapeInterval(String(rule.expr ?? ''), interval, (metric) =>
      recorded.has(metric),
    );
    const node = documents.get(file)!.getIn(path, true);
    if (isScalar(node)) node.value = expr;
    const gone = metrics.filter(isDropped).map((metric) => `${metric} is not scraped`);
    const name = rule.alert === undefined ? `recording rule ${rule.record}` : `alert ${rule.alert}`;
    found.push({ file, path, rule: name, lost: [...lost, ...gone], record: rule.record, metrics });
  });
  return {
    files: Object.fromEntries([...documents].map(([name, document]) => [name, document.toString({ lineWidth: 0 })])),
    lost: withDependents(found),
  };
}

/** What is computed from a series that lost its meaning has lost it too. */
function withDependents<
  T extends LostMeaning & { readonly record: string | undefined; readonly metrics: readonly string[] },
>(rules: readonly T[]): LostMeaning[] {
  const changed = new Set(rules.filter(({ lost }) => lost.length > 0).flatMap(({ record }) => record ?? []));
  const reasons = ({ lost, metrics }: T): string[] => [
    ...lost,
    ...metrics.filter((metric) => changed.has(metric)).map((metric) => `it is computed from ${metric}`),
  ];
  for (let before = -1; before !== changed.size;) {
    before = changed.size;
    for (const rule of rules) if (rule.record !== undefined && reasons(rule).length > 0) changed.add(rule.record);
  }
  return rules
    .map(({ file, path, rule, ...rest }) => ({ file, path, rule, lost: reasons({ file, path, rule, ...rest } as T) }))
    .filter(({ lost }) => lost.length > 0);
}
