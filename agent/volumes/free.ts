import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { listSetAside, setAsideRoot } from '../tsdb/set-aside';

/**
 * Gives up the oldest of what was set aside: on a full disk a copy of damaged files is worth less than the samples that
 * Prometheus cannot write. Nothing else is ever removed. What is still being put there stays. null: nothing is left.
 */
export async function freeOldest(data: string): Promise<string | null> {
  const oldest = (await listSetAside(data)).find((entry) => 'error' in entry || entry.pending.length === 0);
  if (oldest === undefined) return null;
  await rm(join(setAsideRoot(data), oldest.incident), { recursive: true });
  return oldest.incident;
}
