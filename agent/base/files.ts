import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

const OWNER_ONLY = 0o600;

/** Who may read a file. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

/** Nobody but whoever this process runs as. */
export const ownFile = (): Owner => ({ uid: process.getuid!(), gid: process.getgid!(), mode: OWNER_ONLY });

/** Old content or new content, never half of it, also when the power goes. */
export function writeAtomically(path: string, text: string, mode?: number | Owner): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.tmp`;
  writeDurably(temporary, text, mode);
  renameSync(temporary, path);
  syncDirectory(dirname(path));
}

/**
 * Old content or new content, for whoever must not wait for a volume that may hang. After a loss of power, and in a
 * snapshot, it may be the old one, never half of one. @throws when the volume does not take it
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(`${path}.tmp`, 'w');
  try {
    await file.writeFile(text);
    // Without it a snapshot has the new name and nothing in it.
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.tmp`, path);
}

/** Returns when the content is on disk; its name is only once `syncDirectory` was called. */
export function writeDurably(path: string, content: string | Uint8Array, mode?: number | Owner): void {
  const owner = typeof mode === 'object' ? mode : null;
  const fd = openSync(path, 'w', typeof mode === 'object' ? OWNER_ONLY : mode);
  try {
    if (owner !== null) {
      fchmodSync(fd, owner.mode);
      fchownSync(fd, owner.uid, owner.gid);
    }
    writeFileSync(fd, content);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** A rename is on disk only once its directory is. */
export function syncDirectory(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** The same for whoever must not wait for a volume that may hang. */
export async function directorySynced(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Of a file that is there already. */
export function give(path: string, { uid, gid, mode }: Owner): void {
  const now = statSync(path);
  if (now.uid === uid && now.gid === gid && (now.mode & 0o777) === mode) return;
  chmodSync(path, mode);
  chownSync(path, uid, gid);
}

export function readIfExists(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}
