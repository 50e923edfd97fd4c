import { parseDuration } from '../../contract/duration';
import type { ClusterConfig } from './schema/schema';

type Ingest = Pick<ClusterConfig, 'ingest' | 'scrapeInterval'>;

/** What a WAL holds before the head is compacted, and what a sample takes in it before it is compressed. */
const WAL_HOURS = 3;
const WAL_BYTES_PER_SAMPLE = 8;
/** Cautious figures: Prometheus' own benchmark replays several millions a second; a gp3 volume gives 125 MiB a second. */
const SAMPLES_PER_SECOND = 1_000_000;
const BYTES_PER_SECOND = 100_000_000;
/** Boot, download, the volume's way from the old machine, and the first scrapes. */
const OTHERWISE_MINUTES = 5;
const LEAST_MINUTES = 15;
/** CloudFormation waits no longer. */
const MOST_MINUTES = 60;

export const samplesPerSecond = ({ ingest, scrapeInterval }: Ingest): number =>
  ingest.series / (parseDuration(scrapeInterval)! / 1000);

/** Samples of the longest WAL. */
const walSamples = (config: Ingest): number => samplesPerSecond(config) * WAL_HOURS * 3600;
export const walBytes = (config: Ingest): number => walSamples(config) * WAL_BYTES_PER_SAMPLE;

/** How long a deploy gives a node to be as good as the one that it replaces: to scrub its WAL, replay it, and scrape. */
export function catchUpMinutes(config: Ingest): { readonly minutes: number; readonly cut: boolean } {
  // Read twice: by the scrub, then by Prometheus, which may find it in memory.
  const seconds = walSamples(config) / SAMPLES_PER_SECOND + (2 * walBytes(config)) / BYTES_PER_SECOND;
  const needed = 5 * Math.ceil((OTHERWISE_MINUTES + seconds / 60) / 5);
  return { minutes: Math.min(MOST_MINUTES, Math.max(LEAST_MINUTES, needed)), cut: needed > MOST_MINUTES };
}

/** One warning where a node may need longer than CloudFormation waits. */
export function slowCatchUp(config: Ingest, where: string): string[] {
  if (!catchUpMinutes(config).cut) return [];
  return [
    `${where}: a node with so much in its WAL may need more than ${MOST_MINUTES} min to be ready, and CloudFormation waits no longer: ` +
      'a deploy that replaces machines may be rolled back; split targets over more shards',
  ];
}
