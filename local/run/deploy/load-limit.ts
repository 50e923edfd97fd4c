import { parse } from 'yaml';
import { RECOVER_SHARE } from '../../../lib/core/load/shed';
import { WORKLOAD_HOSTS } from '../workload';

/** What a node of this run scrapes beside the demonstration; shards share targets, and none scrapes another's nodes. */
export interface Scraped {
  /** Nodes of a shard: each scrapes the programs of all. */
  readonly replicas: number;
  /** The user's own targets that answer here. */
  readonly targets: number;
}

/** What the limit was measured with: two nodes, and the three targets that the project comes with. */
export const MEASURED: Scraped = { replicas: 2, targets: 3 };
/**
 * There a node takes in some 6,000 samples a second; load-spike makes it 17,000. The limit lies between: 80 % of it let the profile
 * go back.
 */
export const MEASURED_LIMIT = 8_800;
const SAMPLES_OF_A_NODE = 2_225;
/** About what a node exporter exposes; what the user's own do, nobody can know before. */
const SAMPLES_OF_A_TARGET = 1_000;

/** Samples a second beyond which a node scrapes less. What is scraped at rest never gets near it. */
export function samplesLimit({ replicas, targets }: Scraped): number {
  const further =
    Math.max(0, replicas - MEASURED.replicas) * SAMPLES_OF_A_NODE +
    Math.max(0, targets - MEASURED.targets) * SAMPLES_OF_A_TARGET;
  return MEASURED_LIMIT + Math.ceil(further / RECOVER_SHARE);
}

/** How many of the user's targets answer here: all if they are real, else those that the demonstration plays. */
export function targetsHere(files: Readonly<Record<string, string>>, real: boolean): number {
  const all = Object.values(files).flatMap((text) =>
    (parse(text) as readonly { readonly targets: readonly string[] }[]).flatMap(({ targets }) => targets),
  );
  return all.filter((target) => real || WORKLOAD_HOSTS.includes(target.slice(0, target.lastIndexOf(':')))).length;
}

/** load-spike exposes so much more where the limit is higher; bad-target exposes 60,000 and has to stay beyond. */
const MOST_OF_ONE_TARGET = 55_000;

/** Samples of one scrape beyond which a target fails: bad-target needs one that does not drown this machine. */
export function scrapeLimit(samplesPerSecond: number): number {
  return Math.min(MOST_OF_ONE_TARGET, Math.round((40_000 * samplesPerSecond) / MEASURED_LIMIT));
}
