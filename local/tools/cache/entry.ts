import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { z } from 'zod';
import { SOURCES, type Programs, type SourceName } from '../catalog/types';
import { compareVersions } from '../catalog/version';

const entry = z.object({
  source: z.enum(SOURCES),
  programs: z.record(
    z.string(),
    z.object({ path: z.string(), env: z.record(z.string(), z.string()), python: z.string().optional() }),
  ),
});

/** What a finished bundle in the cache says about itself (entry.json); paths relative to its directory. */
interface Entry {
  readonly source: SourceName;
  readonly programs: Programs;
}

/** A directory bears the version that is in it, whatever was asked for. */
export function bundleDirectory(root: string, name: string, version: string): string {
  return path.join(root, `${name}-${version}`);
}

/** Versions of a bundle that the cache has a directory of, newest first. */
export async function cachedVersions(root: string, name: string): Promise<string[]> {
  const found = await fs.readdir(root).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return found
    .filter((directory) => directory.startsWith(`${name}-`))
    .map((directory) => directory.slice(name.length + 1))
    .filter((version) => /^\d+(\.\d+)*$/.test(version))
    .sort((a, b) => compareVersions(b, a));
}

export async function writeEntry(directory: string, source: SourceName, programs: Programs): Promise<void> {
  const written: Entry = { source, programs: mapPaths(programs, (file) => path.relative(directory, file)) };
  await fs.writeFile(path.join(directory, 'entry.json'), `${JSON.stringify(written, null, 2)}\n`);
}

/** Null when there is none that can be read; absolute paths. */
export async function readEntry(directory: string): Promise<Entry | null> {
  const file = path.join(directory, 'entry.json');
  const text = await fs.readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  // Not what we write: a disk that was full once. It is got again.
  const read = entry.safeParse(parsed(text));
  if (!read.success) return null;
  return { source: read.data.source, programs: mapPaths(read.data.programs, (name) => path.join(directory, name)) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function mapPaths(programs: Programs, map: (file: string) => string): Programs {
  return Object.fromEntries(
    Object.entries(programs).map(([tool, program]) => [
      tool,
      {
        path: map(program.path),
        env: Object.fromEntries(Object.entries(program.env).map(([name, file]) => [name, map(file)])),
        ...(program.python === undefined ? {} : { python: map(program.python) }),
      },
    ]),
  );
}
