import { reasonOf } from '../../lib/shell/probes/prober';
import type { ControlStore } from '../../lib/shell/assignment/store';
import type { NodeId } from '../../lib/contract/documents/assignment';
import type { StorageReport } from '../../lib/contract/documents/storage';
import type { StorageDeps } from '../shared/storage-deps';

export interface SnapshotDeps extends StorageDeps {
  readonly store: Pick<ControlStore, 'readAssignment' | 'readStorage' | 'readRestore'>;
}

/** One that fails must not keep the others from theirs. @throws Error with all that failed */
export async function forEachOf<T>(
  all: Iterable<T>,
  nameOf: (one: T) => string,
  work: (one: T) => Promise<void>,
): Promise<void> {
  const failed: string[] = [];
  for (const one of all) await work(one).catch((error: Error) => failed.push(`${nameOf(one)}: ${reasonOf(error)}`));
  if (failed.length > 0) throw new Error(failed.join(', '));
}

/** What nodes say of their volumes. */
export type Reports = ReadonlyMap<NodeId, StorageReport | null>;
