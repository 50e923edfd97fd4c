import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { listQuarantine, quarantineRoot } from '../tsdb/quarantine';

/**
 * Gives up the oldest of what was quarantined: on a full disk a copy of corrupted files is worth less than the samples that
 * Prometheus cannot write. Nothing else is ever removed. What is still being put there stays. null: nothing is left.
 */
export async function freeOldest(data: string): Promise<string | null> {
  const oldest = (await listQuarantine(data)).find((entry) => 'error' in entry || entry.pending.length === 0);
  if (oldest === undefined) return null;
  await rm(join(quarantineRoot(data), oldest.incident), { recursive: true });
  return oldest.incident;
}
