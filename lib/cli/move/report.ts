import type { S3Client } from '@aws-sdk/client-s3';
import { parseDuration } from '../../contract/duration';
import { RESERVED_JOBS_REGEX } from '../../contract/own-jobs';
import { PORTS } from '../../contract/ports';
import { UserError } from '../../contract/errors';
import { compareTargets, type TargetSamples, type TargetsCompared } from '../../core/moving/targets';
import { VECTOR } from '../../shell/prometheus/answers';
import { Prometheus } from '../../shell/prometheus/client';
import type { ClusterHandle } from '../cluster/cluster';
import { Server } from '../import/ask';
import { whoAlerts } from './sides';

const TIMEOUT_MS = 60_000;

/** What `promha move report --json` prints, beside the journal. */
export interface SamplesReport extends TargetsCompared {
  readonly old: string;
  readonly range: string;
}

/** The samples of either side in the range that ends now, target by target. @throws Unreachable, UserError */
export async function compareSamples(
  old: string,
  handles: readonly ClusterHandle[],
  s3: S3Client,
  range: string,
): Promise<SamplesReport> {
  if ((parseDuration(range) ?? 0) === 0)
    throw new UserError({ what: '--range is no time', got: range, expected: 'such as 15m', fix: '--range 15m' });
  const query = `count_over_time(up{job!~"${RESERVED_JOBS_REGEX}"}[${range}])`;
  const ours = await Promise.all(handles.map((handle) => whoAlerts(handle, s3)));
  const [theirs, here] = await Promise.all([
    samplesOf(new Server(old), query),
    Promise.all(
      ours.map(async ({ address }) =>
        (await new Prometheus(`http://${address}:${PORTS.prometheus}`, { timeoutMs: TIMEOUT_MS }).vector(query)).map(
          ({ labels, value }) => ({ labels, samples: value }),
        ),
      ),
    ),
  ]);
  return { old: new Server(old).url, range, ...compareTargets(theirs, here.flat()) };
}

async function samplesOf(server: Server, query: string): Promise<TargetSamples[]> {
  const { data } = await server.get(`/api/v1/query?${new URLSearchParams({ query }).toString()}`, VECTOR);
  return data.result.map(({ metric, value: [, samples] }) => ({ labels: metric, samples: Number(samples) }));
}

/** True where nothing of the old one is missing here. */
export const isComplete = ({ onlyOld, fewer }: SamplesReport): boolean => onlyOld.length + fewer.length === 0;

export function renderSamples({ old, range, same, onlyOld, onlyNew, fewer }: SamplesReport): string {
  const line = ({ job, instance, old: there, ours }: SamplesReport['fewer'][number]): string =>
    `${job} ${instance}: ${there} samples there, ${ours} here`;
  return [
    `Of the last ${range}, against ${old}: ${same} targets alike, ${onlyOld.length} only there, ${onlyNew.length} only here, ${fewer.length} scraped less often here.`,
    ...[...onlyOld, ...fewer, ...onlyNew].map((target) => `  ${line(target)}`),
    '',
  ].join('\n');
}
