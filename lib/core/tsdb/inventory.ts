import type { ScrubPass, SeenSegment } from './seen';
import { contentEnd, neededSegments } from './log';
import type { Inventory, RememberedBlock, RememberedSegment } from '../../contract/documents/agent/inventory';

/**
 * The memory after a pass. What is missing or has shrunk (`suspect`, paths and ULIDs) is remembered as it was:
 * corruption must not look like the normal state at the second look. `forget` ends that, once it is repaired.
 */
export function remember(
  before: Inventory | null,
  seen: ScrubPass,
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
function segmentsOf({ wal, wbl }: ScrubPass): SeenSegment[] {
  return [wal, wbl].flatMap((log) =>
    log === null ? [] : [...neededSegments(log), ...(log.checkpoint?.segments ?? [])],
  );
}

function rememberedSegment(segment: SeenSegment): RememberedSegment {
  return { bytes: contentEnd(segment), modified: segment.modified, begin: segment.begin };
}
