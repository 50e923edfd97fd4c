import { copyFileSync, mkdirSync, openSync, statSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';

const MAX_BYTES = 20 * 1024 * 1024;

/** Children write here themselves (append mode), so that their output outlives the agent. */
export function openLog(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  return openSync(path, 'a');
}

/**
 * Copies and truncates: the child keeps its descriptor. One older file is kept. @throws when the copy fails; on a full disk the
 * file is truncated all the same, or it would fill it for ever
 */
export function rotateLog(path: string, maxBytes = MAX_BYTES): boolean {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= maxBytes) return false;
  try {
    copyFileSync(path, `${path}.1`);
  } finally {
    truncateSync(path, 0);
  }
  return true;
}
