import type { S3Client } from '@aws-sdk/client-s3';
import type { Assignment } from '../../contract/documents/assignment';
import { silenceInWords, type ToldSilence } from '../../core/alerts/silences';
import { inOrderOfTime, ofAssignment, ofConfigurations, ofSilence, type Happened } from '../../core/status/happened';
import { readDeploys, readHistory } from '../../shell/assignment/history';
import type { ClusterHandle } from '../cluster/cluster';

/** A change, and of which shard; absent where there is one only. */
export type Change = Assignment & { readonly shard?: number };

/** Of several shards, newest first. @throws Unreachable when the bucket cannot be read */
export async function readHistories(handles: readonly ClusterHandle[], s3: S3Client, limit: number): Promise<Change[]> {
  const [only] = handles;
  if (handles.length === 1) return readHistory(only!, s3, limit);
  const all = await Promise.all(
    handles.map(async (handle) => (await readHistory(handle, s3, limit)).map((a) => ({ shard: handle.shard, ...a }))),
  );
  return all
    .flat()
    .sort((a, b) => Date.parse(b.at) - Date.parse(a.at))
    .slice(0, limit);
}

export function renderHistory(changes: readonly Change[]): string {
  if (changes.length === 0) return 'No change yet: nobody was ever assigned. `promha status` says what is missing.\n';
  return (
    changes
      .map(
        (a) =>
          `${a.at}  ${a.shard === undefined ? '' : `shard ${a.shard}  `}epoch ${String(a.epoch).padStart(4)}  ${a.active}  by ${a.by}: ${a.reason}`,
      )
      .join('\n') + '\n'
  );
}

/** Assignments, deploys of configuration and silences, newest first. @throws as `readHistories` */
export async function readAll(
  handles: readonly ClusterHandle[],
  s3: S3Client,
  limit: number,
  silences: readonly ToldSilence[],
): Promise<Happened[]> {
  const [changes, deploys] = await Promise.all([
    readHistories(handles, s3, limit),
    readDeploys(handles[0]!, s3, limit),
  ]);
  const said = silences.flatMap((one) =>
    ofSilence({
      ...one,
      by: one.createdBy,
      words: silenceInWords(one),
      hasEnded: one.status.state === 'expired',
    }),
  );
  return inOrderOfTime([...changes.map(ofAssignment), ...ofConfigurations(deploys), ...said], limit);
}

export const renderAll = (all: readonly Happened[]): string =>
  all.map(({ at, kind, by, what }) => `${at}  ${kind.padEnd(13)}  by ${by}: ${what}\n`).join('') ||
  'Nothing happened yet.\n';
