import type { BlockMeta, Seen, SeenFile, SeenSegment } from './seen';
import { contentEnd, neededSegments } from './log';
import { UserError } from '../../contract/errors';

/**
 * What was there at the last pass: what a look at the files as they are cannot tell. It lies beside the TSDB on
 * the same volume, so that a volume made from a snapshot brings the memory that fits it.
 */
export interface Inventory {
  readonly version: 1;
  /** ISO 8601, UTC: the pass that it is from. */
  readonly at: string;
  /** Segments of the WAL, the WBL and the checkpoint, by path. */
  readonly segments: Readonly<Record<string, RememberedSegment>>;
  /** By ULID. */
  readonly blocks: Readonly<Record<string, RememberedBlock>>;
  /** ISO 8601, UTC: since when there are more blocks on disk than Prometheus has loaded; null when not so. */
  readonly notLoadedSince: string | null;
}

export interface RememberedSegment {
  /** Up to the end of the last record. */
  readonly bytes: number;
  readonly modified: number;
  readonly begin: SeenFile['begin'];
}

export interface RememberedBlock {
  readonly meta: BlockMeta;
  /** Path → bytes. */
  readonly files: Readonly<Record<string, number>>;
  /** ISO 8601, UTC: when every chunk of it was last read; null for never. */
  readonly deepAt: string | null;
}

/** @throws UserError when the text is no inventory; the caller goes on without a memory */
export function parseInventory(text: string, where: string): Inventory {
  const wrong = (got: string): UserError =>
    new UserError({
      what: 'the inventory of the scrub is unusable',
      where,
      got,
      expected: 'the document that the scrub writes, version 1',
      fix: 'remove the file: the next pass writes it anew',
    });
  let doc: Partial<Inventory> | null;
  try {
    doc = JSON.parse(text) as Partial<Inventory> | null;
  } catch {
    throw wrong(text.slice(0, 80));
  }
  if (doc?.version !== 1 || typeof doc.at !== 'string') throw wrong(JSON.stringify(doc).slice(0, 80));
  if (typeof doc.segments !== 'object' || typeof doc.blocks !== 'object') throw wrong('no segments or no blocks');
  return doc as Inventory;
}

export function serializeInventory(inventory: Inventory): string {
  return `${JSON.stringify(inventory)}\n`;
}

/**
 * The memory after a pass. What is missing or has shrunk (`suspect`, paths and ULIDs) is remembered as it was:
 * damage must not look like the normal state at the second look. `forget` ends that, once it is repaired.
 */
export function remember(
  before: Inventory | null,
  seen: Seen,
  suspect: ReadonlySet<string>,
  notLoadedSince: string | null,
): Inventory {
  const at = new Date(seen.at).toISOString();
  const segments: Record<string, RememberedSegment> = {};
  for (const segment of segmentsOf(seen)) segments[segment.path] = rememberedSegment(segment);
  const blocks: Record<string, RememberedBlock> = {};
  for (const block of seen.blocks) {
    const known = before?.blocks[block.ulid];
    if ('problem' in block.meta) {
      if (known !== undefined) blocks[block.ulid] = known;
      continue;
    }
    const files = Object.fromEntries(block.files.map((file) => [file.path, file.bytes]));
    blocks[block.ulid] = { meta: block.meta, files, deepAt: block.deep ? at : (known?.deepAt ?? null) };
  }
  for (const path of suspect) {
    const segment = before?.segments[path];
    if (segment !== undefined) segments[path] = segment;
    const block = before?.blocks[path];
    if (block !== undefined) blocks[path] = block;
  }
  return { version: 1, at, segments, blocks, notLoadedSince };
}

/** After a repair: what was remembered of these files, directories or blocks no longer counts. */
export function forget(inventory: Inventory, paths: readonly (string | null)[]): Inventory {
  const repaired = paths.filter((path) => path !== null);
  const concerned = (name: string): boolean =>
    repaired.some((path) => path === name || path.startsWith(`${name}/`) || name.startsWith(`${path}/`));
  const without = <T>(entries: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(entries).filter(([name]) => !concerned(name)));
  return { ...inventory, segments: without(inventory.segments), blocks: without(inventory.blocks) };
}

/** Blocks to be read in full in the next pass: those never read first, then the longest ago; at most `most`. */
export function dueForDeepRead(
  inventory: Inventory | null,
  everyMs: number,
  most: number,
  now: number,
): ReadonlySet<string> {
  const due = Object.entries(inventory?.blocks ?? {})
    .map(([ulid, { deepAt }]) => ({ ulid, at: deepAt === null ? 0 : Date.parse(deepAt) }))
    .filter(({ at }) => now - at >= everyMs)
    .sort((a, b) => a.at - b.at || (a.ulid < b.ulid ? -1 : 1));
  return new Set(due.slice(0, most).map(({ ulid }) => ulid));
}

/** Every segment that Prometheus would read, of both logs and the checkpoint. */
function segmentsOf({ wal, wbl }: Seen): SeenSegment[] {
  return [wal, wbl].flatMap((log) =>
    log === null ? [] : [...neededSegments(log), ...(log.checkpoint?.segments ?? [])],
  );
}

function rememberedSegment(segment: SeenSegment): RememberedSegment {
  return { bytes: contentEnd(segment), modified: segment.modified, begin: segment.begin };
}
