import {
  EC2Client,
  paginateDescribeSnapshots,
  paginateDescribeVolumes,
  type Filter,
  type Tag,
  type Volume,
} from '@aws-sdk/client-ec2';
import { createHash } from 'node:crypto';
import { TAGS } from '../../contract/tags';
import type { DataVolume } from '../../core/volumes/restore-step';
import type { KnownSnapshot } from '../../core/volumes/snapshots';

/** A volume that was made to try a snapshot. */
export interface TestVolume {
  readonly id: string;
  readonly snapshotId: string;
  readonly testedBy: string;
  readonly available: boolean;
  /** ms since the Unix epoch. */
  readonly madeAt: number;
}

export interface ShardStorage {
  readonly volumes: readonly (DataVolume & { readonly node: string })[];
  readonly tests: readonly TestVolume[];
  readonly snapshots: readonly KnownSnapshot[];
}

/** Repair may wait longer than failover, and EC2 throttles; but nobody waits for ever for an API that is silent. */
export const ebsClient = (region?: string, timeoutMs = 20_000): EC2Client =>
  new EC2Client({
    ...(region === undefined ? {} : { region }),
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: timeoutMs, throwOnRequestTimeout: true },
  });

/** EC2 may leave out what does not fit into an answer that is not read by pages. */
const PAGE = 500;

/** Volumes and snapshots with the tags of this cluster and shard; others are never seen, so never touched. */
export async function readStorage(ec2: EC2Client, cluster: string, shard: number): Promise<ShardStorage> {
  const Filters = withTags(ownTags(cluster, shard));
  const paging = { client: ec2, pageSize: PAGE };
  const [Volumes, Snapshots] = await Promise.all([
    allOf(paginateDescribeVolumes(paging, { Filters }), (page) => page.Volumes),
    allOf(paginateDescribeSnapshots(paging, { Filters, OwnerIds: ['self'] }), (page) => page.Snapshots),
  ]);
  const volumes = Volumes.map((v) => ({ v, tags: tagsOf(v.Tags) }));
  return {
    volumes: volumes
      .filter(({ v, tags }) => isUsable(v) && tags[TAGS.node] !== undefined)
      .filter(({ tags }) => Number.isInteger(Number(tags[TAGS.generation])))
      .map(({ v, tags }) => ({
        id: v.VolumeId!,
        node: tags[TAGS.node]!,
        generation: Number(tags[TAGS.generation]),
        available: v.State === 'available',
        kept: tags[TAGS.kept] !== undefined,
        attachedTo: instanceOf(v),
        zone: v.AvailabilityZone!,
      })),
    tests: volumes
      .filter(({ tags }) => tags[TAGS.testOf] !== undefined)
      .map(({ v, tags }) => ({
        id: v.VolumeId!,
        snapshotId: tags[TAGS.testOf]!,
        testedBy: tags[TAGS.testedBy] ?? '',
        // One that broke is not held by anybody either.
        available: v.State === 'available' || v.State === 'error',
        madeAt: v.CreateTime?.getTime() ?? 0,
      })),
    snapshots: Snapshots.flatMap((s) => {
      const tags = tagsOf(s.Tags);
      const takenAt = Date.parse(tags[TAGS.takenAt] ?? '');
      const node = tags[TAGS.node];
      if (node === undefined || Number.isNaN(takenAt)) return [];
      const said = tags[TAGS.verified] ?? '';
      return {
        id: s.SnapshotId!,
        node,
        volumeId: s.VolumeId!,
        generation: Number(tags[TAGS.generation]),
        takenAt,
        completed: s.State === 'completed',
        verdict: said.startsWith('good') ? ('good' as const) : said.startsWith('bad') ? ('bad' as const) : null,
      };
    }),
  };
}

async function allOf<P, T>(pages: AsyncIterable<P>, of: (page: P) => readonly T[] | undefined): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(...(of(page) ?? []));
  return all;
}

export const ownTags = (cluster: string, shard: number): Record<string, string> => ({
  [TAGS.cluster]: cluster,
  [TAGS.shard]: String(shard),
});

/** Values may be what a program said: EC2 takes 256 characters, and answers in XML, which knows neither control characters nor halves. */
export const toTags = (tags: Readonly<Record<string, string>>): Tag[] =>
  Object.entries(tags).map(([Key, Value]) => ({
    Key,
    Value: Value.replace(/\p{Cc}+/gu, ' ')
      .slice(0, 256)
      .replace(/\p{Cs}/gu, ''),
  }));

/** What is asked for by its tags. */
export const withTags = (tags: Readonly<Record<string, string>>): Filter[] =>
  Object.entries(tags).map(([tag, value]) => ({ Name: `tag:${tag}`, Values: [value] }));

/** EC2 goes on listing one that broke, and for a while one that is deleted: nobody gets either. */
export const isUsable = ({ State }: Volume): boolean =>
  State !== 'error' && State !== 'deleting' && State !== 'deleted';

/** The instance that a volume is attached to, or is just coming to or going from. */
export const instanceOf = ({ Attachments }: Volume): string | null =>
  Attachments?.find((a) => a.State !== 'detached')?.InstanceId ?? null;

/** The same for the same request, so that a call that is made again makes nothing twice. */
export const clientToken = (...parts: readonly (string | number)[]): string =>
  createHash('sha256').update(parts.join('|')).digest('hex');

export function tagsOf(tags: readonly Tag[] | undefined): Record<string, string> {
  return Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key!, Value ?? '']));
}
