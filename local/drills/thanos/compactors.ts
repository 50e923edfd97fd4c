import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findMarked, MARKS } from '../../run/hosts/processes';
import type { TestBed } from '../test-bed';

/** A compactor that runs, as its process says. */
export interface Compactor {
  readonly pid: number;
  readonly dataDir: string | null;
}

/** Every compactor of this run that is alive now. */
export function compactors(world: TestBed): Compactor[] {
  return findMarked({ [MARKS.run]: world.state.runId }).flatMap((pid) => {
    const args = commandLine(pid);
    if (!args.includes('compact') || !args.some((a) => /(^|\/)thanos$/.test(a))) return [];
    const dataDir = args.find((a) => a.startsWith('--data-dir='))?.slice('--data-dir='.length) ?? null;
    return [{ pid, dataDir }];
  });
}

function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return []; // ended meanwhile
  }
}

/** Whether it is writing a block just now: the TSDB writes into a directory that it renames at the end. */
export function isWriting({ dataDir }: Compactor): boolean {
  if (dataDir === null) return false;
  try {
    const work = join(dataDir, 'compact');
    return readdirSync(work).some((group) =>
      readdirSync(join(work, group)).some((name) => name.endsWith('.tmp-for-creation')),
    );
  } catch {
    return false; // not there yet, or just removed
  }
}
