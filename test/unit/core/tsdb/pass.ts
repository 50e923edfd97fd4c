import type { CorruptionClass } from '../../../../lib/core/tsdb/corruption';
import { judge, type JudgeContext, type Judgement } from '../../../../lib/core/tsdb/judge';
import type { BlockMeta, ScrubPass, SeenBlock, SeenCheckpoint, SeenSegment } from '../../../../lib/core/tsdb/seen';

/** What a scrub sees: segments of 1 MB, written an hour apart, blocks of two hours. */
export const HOUR = 3_600_000;
export const RUNNING: JudgeContext = { running: true, blocksLoaded: null, retentionMs: 24 * HOUR, bySize: false };
export const STOPPED: JudgeContext = { ...RUNNING, running: false };
export const A = '01ARZ3NDEKTSV4RRFFQ69G5FA0';
export const B = '01ARZ3NDEKTSV4RRFFQ69G5FB0';
export const C = '01ARZ3NDEKTSV4RRFFQ69G5FC0';

export const segment = (index: number, over: Partial<SeenSegment> = {}, directory = 'wal'): SeenSegment => ({
  path: `${directory}/${String(index).padStart(8, '0')}`,
  index,
  bytes: 1_000_000,
  modified: index * HOUR,
  begin: { bytes: 64, crc: index },
  spots: [],
  tornAt: null,
  zerosFrom: null,
  records: 10,
  ...over,
});
export const checkpoint = (index: number, over: Partial<SeenSegment> = {}): SeenCheckpoint => {
  const path = `wal/checkpoint.${String(index).padStart(8, '0')}`;
  return { path, index, segments: [segment(0, over, path)] };
};
export const meta = (hours: number, over: Partial<BlockMeta> = {}): BlockMeta => ({
  text: `{"hours":${hours}}`,
  minTime: hours * HOUR,
  maxTime: (hours + 2) * HOUR,
  sources: [],
  parents: [],
  deletable: false,
  ...over,
});
export const block = (ulid: string, hours: number, over: Partial<SeenBlock> = {}): SeenBlock => ({
  ulid,
  path: ulid,
  meta: meta(hours, { sources: [ulid] }),
  files: [{ path: `${ulid}/index`, bytes: 500 }],
  spots: [],
  deep: false,
  ...over,
});
export const seen = (
  segments: readonly SeenSegment[],
  over: Partial<ScrubPass> = {},
  newest: SeenCheckpoint | null = null,
): ScrubPass => ({
  at: 100 * HOUR,
  wal: { path: 'wal', segments, checkpoint: newest },
  wbl: null,
  headChunks: [],
  blocks: [],
  unreadable: [],
  ...over,
});

/** Looks at one after the other, each with the memory of the one before; the findings of the last. */
export function look(context: JudgeContext, ...passes: readonly ScrubPass[]): Judgement {
  let judged: Judgement | null = null;
  for (const pass of passes) judged = judge(judged?.inventory ?? null, pass, context);
  return judged!;
}
export const classes = ({ findings }: Judgement): CorruptionClass[] => findings.map((f) => f.class);
