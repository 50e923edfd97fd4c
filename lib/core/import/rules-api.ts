import { stringify } from 'yaml';

/** A group of rules as /api/v1/rules tells it; times in seconds. */
export interface ToldGroup {
  readonly name: string;
  readonly file: string;
  readonly interval: number;
  readonly limit: number;
  readonly rules: readonly ToldRule[];
}
export interface ToldRule {
  readonly type: string;
  readonly name: string;
  readonly query: string;
  readonly duration: number;
  readonly keepFiringFor: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * Rule files by the path that they have on the server. Comments are lost, and `query_offset`, which the API does not tell.
 * `usual`: the server's evaluation_interval in seconds.
 */
export function ruleFilesOf(groups: readonly ToldGroup[], usual: number): Record<string, string> {
  const files: Record<string, object[]> = {};
  for (const { name, file, interval, limit, rules } of groups) {
    (files[file] ??= []).push({
      name,
      ...(interval === usual || interval === 0 ? {} : { interval: durationOf(interval) }),
      ...(limit === 0 ? {} : { limit }),
      rules: rules.map(ruleOf),
    });
  }
  return Object.fromEntries(
    Object.entries(files).map(([file, written]) => [file, stringify({ groups: written }, { lineWidth: 0 })]),
  );
}

function ruleOf({ type, name, query, duration, keepFiringFor, labels, annotations }: ToldRule): object {
  return {
    ...(type === 'recording' ? { record: name } : { alert: name }),
    expr: query,
    ...(duration === 0 ? {} : { for: durationOf(duration) }),
    ...(keepFiringFor === 0 ? {} : { keep_firing_for: durationOf(keepFiringFor) }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
}

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const;

/** As Prometheus writes it, in the largest unit that needs no fraction. */
export function durationOf(seconds: number): string {
  const unit = UNITS.find(([, size]) => seconds % size === 0);
  return unit === undefined ? `${Math.round(seconds * 1000)}ms` : `${seconds / unit[1]}${unit[0]}`;
}
