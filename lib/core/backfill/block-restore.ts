import type { WantedBlock } from '../../contract/documents/agent-files';

/** What a bucket says of one object of a block. */
export interface BlockObject {
  /** Relative to the block. */
  readonly path: string;
  readonly bytes: number;
}

/** A bucket that keeps giving corrupted bytes has nothing better. */
const MOST_FAILURES = 3;

/** Whether it is still to be fetched; else why not. */
export function stillWanted(
  block: WantedBlock,
  present: ReadonlySet<string>,
  retentionMs: number,
  now: number,
): { readonly wanted: true } | { readonly wanted: false; readonly because: string } {
  const no = (because: string): { wanted: false; because: string } => ({ wanted: false, because });
  if (present.has(block.ulid)) return no('it is there');
  if (block.maxTime < now - retentionMs) return no('it is older than what is kept');
  if (block.failures >= MOST_FAILURES) return no(`what the bucket has of it was not whole ${MOST_FAILURES} times`);
  return { wanted: true };
}

/** The files of a block; marks and what else Thanos keeps beside them are not for Prometheus. */
export function filesOf(objects: readonly BlockObject[]): BlockObject[] | null {
  const files = objects.filter(({ path }) => /^(meta\.json|index|tombstones|chunks\/\d+)$/.test(path));
  const names = files.map(({ path }) => path);
  return names.includes('meta.json') && names.includes('index') ? files : null;
}
