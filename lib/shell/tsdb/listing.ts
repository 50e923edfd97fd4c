import { readdir } from 'node:fs/promises';
import type { Dirent } from 'node:fs';

/** null for what is gone: between listing and reading, Prometheus may remove anything. */
export async function ifThere<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

export interface Numbered {
  readonly name: string;
  readonly index: number;
}

export interface LogListing {
  readonly segments: readonly Numbered[];
  readonly checkpoints: readonly Numbered[];
}

/** What Prometheus itself takes for segments and checkpoints; temporary ones and strangers are left out. */
export async function listLog(directory: string): Promise<LogListing | null> {
  const entries = await entriesOf(directory);
  if (entries === null) return null;
  return {
    segments: numbered(entries, /^(\d+)$/),
    checkpoints: numbered(
      entries.filter((entry) => entry.isDirectory()),
      /^checkpoint\.(\d+)$/,
    ),
  };
}

/** Numbered files, in order; null when there is no such directory. */
export async function listNumbered(directory: string): Promise<Numbered[] | null> {
  const entries = await entriesOf(directory);
  return entries === null ? null : numbered(entries, /^(\d+)$/);
}

/** Blocks by their names (ULIDs); those being written or deleted have a suffix. */
export async function listBlocks(tsdb: string): Promise<string[]> {
  const entries = (await entriesOf(tsdb)) ?? [];
  return entries
    .filter((e) => e.isDirectory() && /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(e.name))
    .map((e) => e.name)
    .sort();
}

function entriesOf(directory: string): Promise<Dirent[] | null> {
  return ifThere(() => readdir(directory, { withFileTypes: true }));
}

function numbered(entries: readonly Dirent[], pattern: RegExp): Numbered[] {
  return entries
    .flatMap(({ name }) => {
      const match = pattern.exec(name);
      return match === null ? [] : [{ name, index: Number(match[1]) }];
    })
    .sort((a, b) => a.index - b.index);
}
