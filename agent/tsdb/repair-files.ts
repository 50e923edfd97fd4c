import { existsSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { segmentPath } from '../../lib/core/tsdb/log';
import type { RepairStep } from '../../lib/core/tsdb/repair-steps';
import { syncDirectory, writeAtomically, writeDurably } from '../base/files';
import { guardRecord, guardReferences } from './guard';
import { listLog, listNumbered } from '../../lib/shell/tsdb/listing';
import type { Pace } from '../../lib/shell/tsdb/pace';
import { rewriteSegment } from './rewrite-segment';
import type { Quarantine } from './quarantine';

/**
 * Carries out what `planRepairs` planned, on a TSDB that is not running. Each step may be done again; what an earlier
 * call left half done is finished first.
 */
export async function repair(steps: readonly RepairStep[], aside: Quarantine, pace: Pace): Promise<void> {
  await aside.finish();
  for (const step of steps) await carryOut(step, aside, pace);
}

async function carryOut(step: RepairStep, aside: Quarantine, pace: Pace): Promise<void> {
  const { tsdb } = aside.options;
  switch (step.do) {
    case 'rewrite-segment':
      await rewrite(step.path, step.because, aside, pace);
      if (dirname(dirname(step.path)) !== '.') await standIn(dirname(step.path), step.because, aside, pace);
      return;
    case 'fill-gap':
      aside.made(step.path, step.because);
      if (!existsSync(join(tsdb, step.path))) writeFileSync(join(tsdb, step.path), '');
      return syncDirectory(dirname(join(tsdb, step.path)));
    case 'stand-in-checkpoint':
      return standIn(step.path, step.because, aside, pace);
    case 'renumber-segments':
      return renumber(aside);
    case 'quarantine-head-chunks':
      // From the end, so that what is left never has a gap.
      for (const { name, index } of ((await listNumbered(join(tsdb, 'chunks_head'))) ?? []).reverse()) {
        if (index >= step.from) await aside.move(join('chunks_head', name), step.because);
      }
      return;
    case 'restore-meta':
      await aside.move(join(step.ulid, 'meta.json'), step.because);
      aside.made(join(step.ulid, 'meta.json'), step.because);
      return writeAtomically(join(tsdb, step.ulid, 'meta.json'), step.text);
    case 'quarantine-tombstones':
      return aside.move(join(step.ulid, 'tombstones'), step.because);
    case 'quarantine-block':
      return aside.move(step.ulid, step.because);
    case 'quarantine-head':
      // The files of chunks_head first: without the WAL Prometheus would give their samples to other series.
      for (const name of ['chunks_head', 'wbl', 'wal']) await aside.move(name, step.because);
      return;
    case 'guard-references':
      aside.made(await guardReferences(tsdb, pace), step.because);
  }
}

/** The corrupted file keeps its content under another name; the one that Prometheus reads is replaced at once. */
async function rewrite(path: string, because: string, aside: Quarantine, pace: Pace): Promise<void> {
  const { tsdb } = aside.options;
  if (!(await aside.keepCopy(path, because))) return;
  const rewritten = join(aside.root, 'rewritten');
  if ((await rewriteSegment(join(tsdb, path), rewritten, pace)) === null) return;
  renameSync(rewritten, join(tsdb, path));
  syncDirectory(dirname(join(tsdb, path)));
}

/** All segments move behind the checkpoint, in their order; the highest first, so that none is in the way. */
async function renumber(aside: Quarantine): Promise<void> {
  const { data, tsdb } = aside.options;
  const log = await listLog(join(tsdb, 'wal'));
  const checkpoint = log?.checkpoints.at(-1)?.index;
  const lowest = log?.segments[0]?.index;
  if (checkpoint === undefined || lowest === undefined || log!.segments.at(-1)!.index > checkpoint) return;
  const at = (path: string): string => relative(data, join(tsdb, path));
  const pairs = log!.segments.map(({ name, index }) => ({
    from: at(join('wal', name)),
    to: at(segmentPath('wal', checkpoint + 1 + index - lowest)),
  }));
  await aside.renameAll(pairs.reverse());
}

/**
 * A checkpoint without a record gets a guard as its only series: empty, it would look like corruption at every
 * further pass. One that has records stays as it is.
 */
async function standIn(path: string, because: string, aside: Quarantine, pace: Pace): Promise<void> {
  const { tsdb } = aside.options;
  const directory = join(tsdb, path);
  const segments = (await listNumbered(directory)) ?? [];
  if (segments.some(({ name }) => statSync(join(directory, name)).size > 0)) return;
  await aside.move(path, because);
  aside.made(path, because);
  // Prometheus removes what ends in .tmp, and takes no notice of it.
  const temporary = `${directory}.tmp`;
  mkdirSync(temporary, { recursive: true });
  writeDurably(join(temporary, '00000000'), await guardRecord(tsdb, pace));
  renameSync(temporary, directory);
  syncDirectory(dirname(directory));
}
