import type { S3Client } from '@aws-sdk/client-s3';
import { s3ControlStore } from '../../shell/assignment/store';
import { UserError } from '../../contract/errors';
import type { ClusterHandle } from './cluster';
import { asUnreachable } from '../exit';

const TIMEOUT_MS = 5_000;

/** Of a command: the shard that is meant, as typed, and the node that is named. */
export interface Meant {
  readonly shard?: string;
  readonly to?: string;
}

/** Number → nodes. */
type Shards = ReadonlyMap<number, readonly string[]>;

/** Before anything is asked: @throws UserError when `--shard` can be none of any cluster */
export function checkNumber(shard: string | undefined): void {
  if (shard === undefined || /^\d+$/.test(shard)) return;
  throw new UserError({
    what: '--shard is not the number of a shard',
    got: shard === '' ? 'nothing' : shard,
    expected: '0 or another whole number',
    fix: 'name one; `npx promha status` shows them all',
  });
}

/** The handle of every shard that is meant: the one that was named, or all. @throws when the control bucket cannot be read */
export async function shardsMeant(handle: ClusterHandle, s3: S3Client, { shard }: Meant): Promise<ClusterHandle[]> {
  return among(await shardsThere(handle, s3), handle, shard);
}

function among(there: Shards, handle: ClusterHandle, shard: string | undefined): ClusterHandle[] {
  if (shard === undefined) return [...there.keys()].map((n) => ({ ...handle, shard: n }));
  if (there.has(Number(shard))) return [{ ...handle, shard: Number(shard) }];
  throw new UserError({
    what: 'unknown shard',
    got: shard,
    expected: [...there.keys()].join(', '),
    fix: 'name one of these; `npx promha status` shows them all',
  });
}

/** The one shard that is meant: named, or that of the node, or the only one. @throws UserError when it could be several */
export async function shardMeant(handle: ClusterHandle, s3: S3Client, meant: Meant): Promise<ClusterHandle> {
  const there = await shardsThere(handle, s3);
  const [first, ...more] = among(there, handle, meant.shard);
  if (more.length === 0) return first!;
  const ofNode = [...there].find(([, nodes]) => meant.to !== undefined && nodes.includes(meant.to));
  if (ofNode !== undefined) return { ...handle, shard: ofNode[0] };
  throw new UserError({
    what: 'the cluster has several shards, and each has its own node that alerts',
    got: 'no --shard',
    expected: [...there.keys()].join(', '),
    fix: 'say which one: --shard 0',
  });
}

/** Shards and their nodes, as announced; shard 0 also while none is. */
async function shardsThere(handle: ClusterHandle, s3: S3Client): Promise<Shards> {
  try {
    const nodes = await s3ControlStore(s3, handle.controlBucket, 0, TIMEOUT_MS).listNodes();
    const there = new Map<number, string[]>([[0, []]]);
    for (const { shard, node } of nodes) there.set(shard, [...(there.get(shard) ?? []), node]);
    return there;
  } catch (error) {
    throw asUnreachable(error, 'the control bucket');
  }
}
