type Labels = Readonly<Record<string, string>>;

/** A block of the old server, as it was read. Times in ms since the Unix epoch. */
export interface ForeignBlock {
  readonly ulid: string;
  readonly minTime: number;
  readonly maxTime: number;
  readonly samples: number;
  /** Ranges of samples that were deleted, and are still in it. */
  readonly deleted: number;
  readonly sources: readonly string[];
  /** What is wrong with it; none: it can be opened, and all checksums match. */
  readonly damage: readonly string[];
}

/** One of the bucket, by its meta.json. */
export interface BucketMeta {
  readonly ulid: string;
  readonly minTime: number;
  readonly maxTime: number;
  readonly sources: readonly string[];
  readonly labels: Labels;
}

/** What becomes of a block, and why. */
export interface BlockFate {
  readonly block: ForeignBlock;
  readonly fate: 'upload' | 'there' | 'refused';
  readonly why: string;
}

/**
 * Which blocks are uploaded, oldest first. One is there already if its samples are: the compactor makes others of it. Two of one
 * stream that overlap would stop the compactor.
 */
export function planHistory(
  blocks: readonly ForeignBlock[],
  bucket: readonly BucketMeta[],
  labels: Labels,
): BlockFate[] {
  const stream = bucket.filter((meta) => sameLabels(meta.labels, labels));
  const sources = new Set(stream.flatMap((meta) => [meta.ulid, ...meta.sources]));
  const isThere = ({ ulid, sources: own }: ForeignBlock): boolean =>
    sources.has(ulid) || (own.length > 0 && own.every((one) => sources.has(one)));
  const taken: { readonly ulid: string; readonly minTime: number; readonly maxTime: number }[] = [...stream];
  return [...blocks]
    .sort((a, b) => a.minTime - b.minTime || a.maxTime - b.maxTime)
    .map((block) => {
      if (block.damage.length > 0) return { block, fate: 'refused', why: block.damage.join('; ') };
      if (block.deleted > 0)
        return {
          block,
          fate: 'refused',
          why: 'what was deleted would be back: let the old server clean_tombstones first',
        };
      if (isThere(block)) return { block, fate: 'there', why: 'its samples are in the bucket' };
      const other = taken.find((one) => one.minTime < block.maxTime && block.minTime < one.maxTime);
      if (other !== undefined)
        return { block, fate: 'refused', why: `it overlaps with ${other.ulid} of the same stream; see --replica` };
      taken.push(block);
      return { block, fate: 'upload', why: '' };
    });
}

const sameLabels = (a: Labels, b: Labels): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([name, value]) => b[name] === value);

/** A block's meta.json as Thanos wants it: Prometheus' own, with whose series these are. @param files path below the block → bytes */
export function thanosMeta(meta: object, labels: Labels, files: Readonly<Record<string, number>>): string {
  const listed = Object.entries(files).map(([rel_path, size_bytes]) => ({ rel_path, size_bytes }));
  const thanos = {
    version: 1,
    labels,
    downsample: { resolution: 0 },
    source: 'import',
    files: [...listed, { rel_path: 'meta.json' }],
  };
  return JSON.stringify({ ...meta, thanos }, null, '\t');
}
