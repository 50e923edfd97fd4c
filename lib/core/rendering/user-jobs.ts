import { parse } from 'yaml';
import { UserError } from '../../contract/errors';
import type { ConfigBundle, ScrapeLimits } from '../../contract/documents/config';
import type { RenderInput } from './render-input';
import { isTooDeep } from './yaml-depth';
import { RESERVED_JOBS } from '../../contract/own-jobs';

/**
 * A target that suddenly exposes a hundred times as much must not take Prometheus down with it.
 * Generous: a scrape beyond these fails as a whole, and `up` says so.
 */
export const DEFAULT_SCRAPE_LIMITS: ScrapeLimits = {
  samples: 100_000,
  labels: 100,
  labelValueLength: 8_192,
  body: '50MB',
};

/** Whoever answers for a target must not send Prometheus elsewhere, into the VPC or to the metadata service. */
export const DIRECT = { follow_redirects: false } as const;

/** Nobody writes a longer one. */
const LABEL_NAME_LENGTH = 1_024;
/** Who expects fewer series in all may have one target that exposes more than that. */
const LEAST_SAMPLES = 10_000;

/** Of one target, where the user names none: what is expected of all of them together, within bounds. */
export const sampleLimit = (expectedSeries: number): number =>
  Math.min(DEFAULT_SCRAPE_LIMITS.samples, Math.max(LEAST_SAMPLES, expectedSeries));

export function scrapeLimits({
  scrapeLimits: limits = DEFAULT_SCRAPE_LIMITS,
}: ConfigBundle): Readonly<Record<string, unknown>> {
  return {
    sample_limit: limits.samples,
    label_limit: limits.labels,
    label_name_length_limit: LABEL_NAME_LENGTH,
    label_value_length_limit: limits.labelValueLength,
    body_size_limit: limits.body,
  };
}

/** Beside a file of the user's own, whose global interval is that of its jobs, every other job says its own. */
export function ownPace({ prometheus, global }: ConfigBundle): { readonly scrape_interval?: string } {
  return prometheus === undefined ? {} : { scrape_interval: global.scrapeInterval };
}

/** Static targets rather than file_sd, which would delay the first scrape of a new target by its discovery. */
export function userJobs(input: RenderInput): object[] {
  const { bundle } = input;
  const dropped = droppedIn(input);
  const share = ownShare(input);
  return Object.keys(bundle.targets)
    .sort()
    .map((job) => {
      if (RESERVED_JOBS.includes(job)) {
        throw new UserError({
          what: `the job name ${job} is taken`,
          where: `config/targets/${job}.yml`,
          got: job,
          expected: `a name other than ${RESERVED_JOBS.join(', ')}: these watch the cluster itself`,
          fix: 'rename the file',
        });
      }
      return {
        job_name: job,
        ...ownPace(bundle),
        ...scrapeLimits(bundle),
        ...DIRECT,
        ...(share.length > 0 && { relabel_configs: share }),
        ...(dropped.length > 0 && { metric_relabel_configs: dropped }),
        static_configs: parseTargets(job, bundle.targets[job]!),
      };
    });
}

/** Relabeling of metrics by which those are dropped that the profile does without. */
export function droppedIn({ bundle: { droppable }, profile }: RenderInput): object[] {
  if (profile !== 'reduced' || droppable === undefined) return [];
  return [{ source_labels: ['__name__'], regex: droppable, action: 'drop' }];
}

/** Relabeling that picks the targets of this shard: those whose address hashes to it by one of the numbers. */
export function ownShare({ shard, shardCounts = [1] }: RenderInput): object[] {
  if (shardCounts.includes(1)) return [];
  const label = (shardCount: number): string => `__tmp_shard_of_${shardCount}`;
  const pattern = shardCounts.map((_, i) => shardCounts.map((__, j) => (i === j ? String(shard) : '[0-9]+')).join(';'));
  return [
    ...shardCounts.map((shardCount) => ({
      source_labels: ['__address__'],
      modulus: shardCount,
      target_label: label(shardCount),
      action: 'hashmod',
    })),
    { source_labels: shardCounts.map(label), regex: pattern.join('|'), action: 'keep' },
  ];
}

/** Null where it is no YAML. */
function valueOrNull(text: string): unknown {
  try {
    return isTooDeep(text) ? null : (parse(text, { logLevel: 'error' }) as unknown);
  } catch {
    return null;
  }
}

/** @throws UserError when the text is not a list of target groups */
function parseTargets(job: string, text: string): unknown[] {
  const groups = valueOrNull(text);
  const isGroup = (g: unknown): boolean =>
    typeof g === 'object' && g !== null && Array.isArray((g as { targets?: unknown }).targets);
  if (Array.isArray(groups) && groups.every(isGroup)) return groups as unknown[];
  throw new UserError({
    what: 'the targets cannot be read',
    where: `config/targets/${job}.yml`,
    got: text.slice(0, 80),
    expected: 'a list of { targets: [host:port, …], labels: {…} }',
    fix: "write it in the format of Prometheus's file-based discovery",
  });
}
