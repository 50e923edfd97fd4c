import type * as z from 'zod/mini';
import { ownDocument } from '../../../lib/shell/local/own-document';
import type { ReadOnly } from '../../../lib/contract/document';
import { fields, listOf, mapOf, number, text } from '../../../lib/contract/shape';

const meta = fields({
  ulid: text,
  minTime: number,
  maxTime: number,
  stats: fields({ numSamples: number, numSeries: number }),
  compaction: fields({ level: number, sources: listOf(text) }),
  thanos: fields({
    labels: mapOf(text, text),
    downsample: fields({ resolution: number }),
    /** Who made it: sidecar, compactor, … */
    source: text,
  }),
});
/** What a block's meta.json in the bucket says, as far as it is used here. Times in ms since the Unix epoch, to excluded. */
export type BlockMetaFile = ReadOnly<z.output<typeof meta>>;
export const BLOCK_META_FILE = ownDocument("block's meta.json", meta);

/** A block as the bucket has it. */
export interface BucketBlock extends BlockMetaFile {
  /** Marked for deletion: its successor is there, and nobody reads it any more. */
  readonly marked: boolean;
}

/** Blocks of one stream: same labels, same resolution. Only these may never overlap. */
export function streamOf({ thanos }: BlockMetaFile): string {
  return JSON.stringify([Object.entries(thanos.labels).sort(), thanos.downsample.resolution]);
}

/** Pairs of blocks in use that hold the same time of the same stream: what makes a compactor halt. */
export function overlapping(blocks: readonly BucketBlock[]): [BucketBlock, BucketBlock][] {
  const used = blocks.filter((b) => !b.marked);
  return used.flatMap((a, i) =>
    used
      .slice(i + 1)
      .filter((b) => streamOf(a) === streamOf(b) && a.minTime < b.maxTime && b.minTime < a.maxTime)
      .map((b): [BucketBlock, BucketBlock] => [a, b]),
  );
}

/**
 * Blocks in use that hold some of a stretch of one replica, at one resolution, in order. The compactor joins blocks up to
 * fourteen days: one of them can begin before the stretch, or end after it.
 */
export function holding(
  blocks: readonly BucketBlock[],
  part: { readonly replica: string; readonly from: number; readonly to: number; readonly resolution?: number },
): BucketBlock[] {
  return blocks
    .filter(
      (b) =>
        !b.marked &&
        b.thanos.labels.replica === part.replica &&
        b.thanos.downsample.resolution === (part.resolution ?? 0) &&
        b.minTime < part.to &&
        b.maxTime > part.from,
    )
    .sort((a, b) => a.minTime - b.minTime);
}
