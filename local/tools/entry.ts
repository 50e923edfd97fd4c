import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { Bundle, Program, ResolvedTool, SourceName, ToolName } from './types';
import { compareVersions } from './version';

/** What a finished bundle in the cache says about itself (entry.json); paths relative to its directory. */
interface Entry {
  readonly source: SourceName;
  readonly programs: Partial<Record<ToolName, Program>>;
}

/** One directory per bundle and pin: raising a pin never meets an old cache. */
export function bundleDirectory(root: string, bundle: Bundle): string {
  return path.join(root, bundle.pinned === null ? bundle.name : `${bundle.name}-${bundle.pinned}`);
}

export async function writeEntry(directory: string, source: SourceName, programs: Entry['programs']): Promise<void> {
  const entry: Entry = { source, programs: mapPaths(programs, (file) => path.relative(directory, file)) };
  await fs.writeFile(path.join(directory, 'entry.json'), `${JSON.stringify(entry, null, 2)}\n`);
}

/** Null when there is none; absolute paths. */
export async function readEntry(directory: string): Promise<Entry | null> {
  try {
    const entry = JSON.parse(await fs.readFile(path.join(directory, 'entry.json'), 'utf8')) as Entry;
    return { source: entry.source, programs: mapPaths(entry.programs, (file) => path.join(directory, file)) };
  } catch (error) {
    // Missing: never got. Not JSON: a disk that was full once; it is got again.
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function mapPaths(programs: Entry['programs'], map: (file: string) => string): Entry['programs'] {
  const moved = Object.entries(programs).map(([tool, program]) => [
    tool,
    {
      path: map(program.path),
      env: Object.fromEntries(Object.entries(program.env).map(([name, file]) => [name, map(file)])),
      ...(program.python === undefined ? {} : { python: map(program.python) }),
    },
  ]);
  return Object.fromEntries(moved) as Entry['programs'];
}

export function resolved(
  bundle: Bundle,
  name: ToolName,
  program: Program,
  version: string,
  source: SourceName,
): ResolvedTool {
  const note = noteOf(bundle, name, version, source);
  return { name, version, source, ...program, ...(note === undefined ? {} : { note }) };
}

function noteOf(bundle: Bundle, name: ToolName, version: string, source: SourceName): string | undefined {
  if (bundle.pinned === null || compareVersions(version, bundle.pinned) === 0) return undefined;
  const older = compareVersions(version, bundle.pinned) < 0 ? 'older' : 'newer';
  return `${name} ${version} (${source}) is ${older} than the pinned ${bundle.pinned}`;
}
