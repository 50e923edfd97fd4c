import { apiOf } from './api';
import type { Matcher, WireSeries } from './wire';

/**
 * Remote read adds the external labels to series that do not have labels of these names themselves. What is stored has
 * none of them, so they have to go again, but only where they were added.
 */
export interface StoredLabels {
  /** External labels: name → value. */
  readonly external: Readonly<Record<string, string>>;
  /** Those that some stored series has as its own, with the very same value: only a matcher can tell them apart. */
  readonly ambiguous: readonly string[];
}

/** @throws Error when Prometheus does not answer */
export async function storedLabels(url: string, external: StoredLabels['external']): Promise<StoredLabels> {
  const ambiguous: string[] = [];
  for (const [name, value] of Object.entries(external)) {
    const values = await apiOf(url).labelValues(name);
    if (values.includes(value)) ambiguous.push(name);
  }
  return { external, ambiguous };
}

/** One reading each, whose answers together are everything: `added` are the labels that remote read added to it. */
export function readings({
  external,
  ambiguous,
}: StoredLabels): { matchers: readonly Matcher[]; added: readonly string[] }[] {
  const certain = Object.keys(external).filter((name) => !ambiguous.includes(name));
  return ambiguous.reduce<{ matchers: readonly Matcher[]; added: readonly string[] }[]>(
    (all, name) =>
      all.flatMap(({ matchers, added }) => [
        { matchers: [...matchers, { name, is: '=', value: '' }], added: [...added, name] },
        { matchers: [...matchers, { name, is: '!=', value: '' }], added },
      ]),
    [{ matchers: [], added: certain }],
  );
}

/** The labels as they are stored. */
export function withoutAdded(
  { labels }: Pick<WireSeries, 'labels'>,
  added: readonly string[],
  external: StoredLabels['external'],
): WireSeries['labels'] {
  return labels.filter(([name, value]) => !added.includes(name) || external[name] !== value);
}
