import { finding, type Finding } from './corruption';
import { judgeBlock, judgeHeadChunks } from './blocks';
import type { Inventory } from '../../contract/documents/agent/inventory';
import { remember } from './inventory';
import { judgeLog } from './log';
import { judgeAgainstState, judgeMissingLog, type Retention } from './memory';
import type { ScrubPass } from './seen';

export interface JudgeContext extends Retention {
  /** Prometheus is running. */
  readonly running: boolean;
  /** `prometheus_tsdb_blocks_loaded`; null when it is not running or does not say. */
  readonly blocksLoaded: number | null;
}

export interface Judgement {
  readonly findings: readonly Finding[];
  /** To be kept for the next pass. */
  readonly inventory: Inventory;
}

/** Prometheus looks for new blocks every minute. */
const RELOAD_MS = 180_000;

/** What a pass means. Pure: the same pass, memory and context give the same findings. */
export function judge(before: Inventory | null, seen: ScrubPass, context: JudgeContext): Judgement {
  const unreadable = new Set(seen.unreadable.map(({ path }) => path));
  const findings: Finding[] = seen.unreadable.map(({ path, code }) =>
    finding('volume-unreadable', { path }, `${path} cannot be read: ${code}`),
  );
  const logs = [seen.wal, seen.wbl].flatMap((log) => (log === null ? [] : [log]));
  for (const log of logs) findings.push(...judgeLog(log, { running: context.running, unreadable }));
  findings.push(...judgeMissingLog(before, seen));
  findings.push(...judgeHeadChunks(seen.headChunks ?? []));
  for (const block of seen.blocks) findings.push(...judgeBlock(block, before?.blocks[block.ulid]?.meta ?? null));
  const missed = before === null ? null : judgeAgainstState(before, seen, context);
  findings.push(...(missed?.findings ?? []));
  const loading = judgeLoading(before, seen, context);
  findings.push(...loading.findings);
  const inventory = remember(before, seen, missed?.suspect ?? new Set(), loading.since);
  return { findings: worstPerFile(findings), inventory };
}

function judgeLoading(
  before: Inventory | null,
  seen: ScrubPass,
  { running, blocksLoaded }: JudgeContext,
): { findings: Finding[]; since: string | null } {
  // Those without a usable meta.json are a finding of their own.
  const loadable = seen.blocks.filter(({ meta }) => !('problem' in meta) && !meta.deletable).length;
  if (!running || blocksLoaded === null || loadable <= blocksLoaded) return { findings: [], since: null };
  const since = before?.notLoadedSince ?? new Date(seen.at).toISOString();
  if (seen.at - Date.parse(since) < RELOAD_MS) return { findings: [], since };
  const says = `${loadable} blocks are on disk, and Prometheus has loaded ${blocksLoaded} of them since ${since}`;
  return { findings: [finding('block-not-loaded', { path: null }, says)], since };
}

/** A file may be corrupted in many places: one finding of each class for it is enough, the first. */
function worstPerFile(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter((f) => {
    const key = `${f.class} ${f.path}`;
    return seen.has(key) ? false : seen.add(key) !== undefined;
  });
}
