/** A whole number of MB, as Prometheus's flags take it; null for anything else. */
export function megabytes(text: string): number | null {
  const match = /^(\d+)MB$/.exec(text);
  return match === null ? null : Number(match[1]);
}
