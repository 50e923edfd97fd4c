import * as z from 'zod/mini';
import { documentFormat, type ReadOnly } from '../../../contract/document';
import { fields, mapOf, optional, text, version1 } from '../../../contract/shape';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { UserError } from '../../../contract/errors';
import type { Cluster } from '../cluster';
import { shardsOf } from '../layout';
import { compiler } from '../typescript';
import type { PinnedImages } from './node-image';
import { IMAGE_ID } from '../schema/values';

const imageId = z.string('an image id').check(z.regex(IMAGE_ID, 'an image id such as ami-0123456789abcdef0'));
const shape = fields({
  version: version1,
  cluster: text,
  region: text,
  /** Name → zone. */
  nodes: mapOf(text, text),
  /** Region → architecture → image: `npm run pin -- image` writes it. */
  images: optional(mapOf(text, mapOf(text, imageId))),
});

/**
 * Which nodes there have been, and where: what `cdk deploy` would take away is not in config/cluster.ts any more. And which
 * images were pinned.
 */
export type ScaleLock = ReadOnly<z.output<typeof shape>>;

const SCALE_LOCK = documentFormat({
  what: 'list of nodes that have been there',
  shape,
  maxBytes: 1024 * 1024,
  fix: 'take it from version control; `npx cdk synth` keeps it up to date',
});

/** Beside the cluster's file, so that each cluster has its own. */
export const lockFileOf = (clusterFile: string): string => clusterFile.replace(/\.ts$/, '.lock.json');

export function lockOf(cluster: Cluster, images: PinnedImages): ScaleLock {
  const nodes = shardsOf(cluster).flatMap((shard) => shard.nodes);
  return {
    version: 1,
    cluster: cluster.name,
    region: cluster.region,
    nodes: Object.fromEntries(nodes.map(({ name, zone }) => [name, zone])),
    ...(Object.keys(images).length === 0 ? {} : { images }),
  };
}

/** The images of a lock; none of one that cannot be read, which checkScale reports. */
export function pinnedImages(lockFile: string): PinnedImages {
  try {
    return readLock(lockFile, lockFile)?.images ?? {};
  } catch (error) {
    if (error instanceof UserError) return {};
    throw error;
  }
}

/** Writes the lock if it differs, with the images that it has. Returns whether it did. */
export function writeLock(lockFile: string, cluster: Cluster): boolean {
  return writeIfOther(lockFile, lockOf(cluster, pinnedImages(lockFile)));
}

/**
 * Pins an image for the cluster's region and architecture; the rest of the lock stays. Returns whether it is another one.
 * @throws UserError when the lock cannot be read
 */
export function lockImage(lockFile: string, cluster: Cluster, id: string): boolean {
  const lock = readLock(lockFile, lockFile) ?? lockOf(cluster, {});
  const { region, instance } = cluster;
  const images = { ...lock.images, [region]: { ...lock.images?.[region], [instance.architecture]: id } };
  return writeIfOther(lockFile, { ...lock, images });
}

function writeIfOther(lockFile: string, lock: ScaleLock): boolean {
  const text = SCALE_LOCK.serialize(lock);
  if (existsSync(lockFile) && readFileSync(lockFile, 'utf8') === text) return false;
  writeFileSync(lockFile, text);
  return true;
}

/** @throws UserError with its line when it cannot be read */
export function readLock(file: string, place: string): ScaleLock | null {
  if (!existsSync(file)) return null;
  const text = readFileSync(file, 'utf8');
  try {
    return SCALE_LOCK.parse(text, place);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError({ ...error.problem, where: `${place}:${brokenLine(text, error.problem.what)}` });
  }
}

/** Where a text stops being JSON; else the line of the field that is wrong. */
function brokenLine(text: string, what: string): number {
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length;
  try {
    JSON.parse(text);
  } catch (error) {
    // Node says the position only of some mistakes, and the compiler finds the others.
    const said = /position (\d+)/.exec((error as Error).message)?.[1];
    return lineAt(
      said === undefined ? (compiler().parseConfigFileTextToJson('', text).error?.start ?? 0) : Number(said),
    );
  }
  const field = /'s (\S+) is unusable/.exec(what)?.[1]!.split('.').at(-1);
  return field === undefined ? 1 : lineAt(Math.max(0, text.indexOf(`"${field}"`)));
}

export function lineOf(file: string, node: string): number {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.findIndex((line) => line.includes(`"${node}"`)) + 1;
}
