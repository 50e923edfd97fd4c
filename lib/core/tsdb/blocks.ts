import { finding, type CorruptionClass, type Finding } from './corruption';
import type { BlockMeta, BlockPart, SeenBlock, SeenHeadChunks } from './seen';

const CLASS_OF_PART: Readonly<Record<BlockPart, CorruptionClass>> = {
  index: 'block-index',
  'chunk-files': 'block-chunk-files',
  tombstones: 'block-tombstones',
  chunk: 'block-content',
  'index-entry': 'block-content',
};

const THEN: Readonly<Record<BlockPart, string>> = {
  index: 'Prometheus refuses to start with this block',
  'chunk-files': 'Prometheus refuses to start with this block',
  tombstones: 'Prometheus refuses to start with this block',
  chunk: 'queries that touch it fail',
  'index-entry': 'queries that touch it fail',
};

/** What is wrong with one block. `remembered`: its meta.json at an earlier pass, or null. */
export function judgeBlock(block: SeenBlock, remembered: BlockMeta | null): Finding[] {
  const { meta } = block;
  if (!('problem' in meta)) {
    const span = { from: meta.minTime, to: meta.maxTime };
    return block.spots.map(({ part, path, offset, what }) =>
      finding(CLASS_OF_PART[part], { path, offset }, `${path}: ${what}; ${THEN[part]}`, { span }),
    );
  }
  const path = `${block.path}/meta.json`;
  const says = `${path} ${meta.problem}: Prometheus passes over this block without a word`;
  const span = remembered === null ? null : { from: remembered.minTime, to: remembered.maxTime };
  // If more of the block is corrupted, its meta.json alone would only turn silence into a refusal to start.
  if (remembered === null || block.spots.length > 0) return [finding('block-meta', { path }, says, { span })];
  return [finding('block-meta', { path }, says, { repair: 'restore-meta' })];
}

/** What is wrong with chunks_head/ as it stands. All of it is in the WAL, too, unless that is corrupted. */
export function judgeHeadChunks(files: readonly SeenHeadChunks[]): Finding[] {
  return files.flatMap((file, i) => {
    const isLast = i === files.length - 1;
    const found: Finding[] = [];
    const before = files[i - 1];
    if (before !== undefined && before.index + 1 !== file.index) {
      const says = `a file between ${before.path} and ${file.path} is missing: Prometheus refuses to start`;
      found.push(finding('head-chunks-missing', { path: file.path }, says));
    }
    if (file.header === 'bad' || (file.header === 'absent' && !isLast)) {
      const says = `${file.path}: the header is corrupted: Prometheus refuses to start`;
      return [...found, finding('head-chunks-header', { path: file.path, offset: 0 }, says)];
    }
    const corrupt = file.spots.map((spot) => {
      const says = `${file.path}: ${spot.what}; queries fail, and the next start reads the samples from the WAL`;
      return finding('head-chunks-corrupt', { path: file.path, offset: spot.offset }, says);
    });
    return [...found, ...corrupt];
  });
}
