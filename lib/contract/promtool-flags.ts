/** Features without which promtool refuses what such a Prometheus takes. */
const OF_PROMTOOL = [
  'promql-experimental-functions',
  'promql-delayed-name-removal',
  'promql-extended-range-selectors',
] as const;

/** What promtool has to be told of features that Prometheus runs with, as its own flags. */
export function promtoolFlags(features: readonly string[]): string[] {
  const known = OF_PROMTOOL.filter((name) => features.includes(name));
  return known.length === 0 ? [] : [`--enable-feature=${known.join(',')}`];
}
