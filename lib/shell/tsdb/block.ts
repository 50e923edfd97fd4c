import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlockMeta, BlockPart, SeenBlock, Spot } from '../../core/tsdb/seen';
import { scanIndex } from './block-index';
import { crc32c } from './crc32c';
import { ifThere } from './listing';
import type { Pace } from './pace';
import { uvarint } from './varint';
import { reading, type Window } from './window';
import * as z from 'zod/mini';
import { documentFormat } from '../../contract/document';
import type { UserError } from '../../contract/errors';
import { flag, listOf, fields, text } from '../../contract/shape';

const CHUNKS_MAGIC = 0x85bd40dd;
const CHUNKS_HEADER = 8;
const TOMBSTONES_MAGIC = 0x0130ba30;
const CRC = 4;
/** Prometheus cuts chunks at some hundred samples; a wrong length must not be read, and held, as what it says. */
const MOST_CHUNK_BYTES = 16 * 1024 * 1024;

type BlockSpot = Spot & { readonly part: BlockPart; readonly path: string };

/** Reads a block; null when it is gone, as after a compaction. A block never changes once it has its name. */
export async function scanBlock(tsdb: string, ulid: string, deep: boolean, pace: Pace): Promise<SeenBlock | null> {
  const path = ulid;
  const directory = join(tsdb, ulid);
  const meta = await readMeta(directory, ulid);
  const spots: BlockSpot[] = [];
  const files: { path: string; bytes: number }[] = [];
  const look = async (
    name: string,
    scan: (file: Window) => Promise<(Spot & { part: BlockPart })[]>,
  ): Promise<boolean> => {
    const found = await reading(join(directory, name), pace, async (file) => {
      files.push({ path: `${path}/${name}`, bytes: file.bytes });
      return scan(file);
    });
    spots.push(...(found ?? []).map((spot) => ({ ...spot, path: `${path}/${name}` })));
    return found !== null;
  };
  const missing = (name: string, part: BlockPart): void => {
    spots.push({ offset: 0, what: `${name} is missing`, part, path: `${path}/${name}` });
  };

  if (!(await look('index', (file) => scanIndex(file, deep)))) missing('index', 'index');
  await look('tombstones', scanTombstones);
  const chunkFiles = await ifThere(() => readdir(join(directory, 'chunks')));
  if (chunkFiles === null) missing('chunks', 'chunk-files');
  for (const name of (chunkFiles ?? []).filter((n) => /^\d+$/.test(n)).sort()) {
    await look(`chunks/${name}`, (file) => scanChunks(file, deep));
  }
  // Renamed for its deletion while we read: what we saw were half of its files.
  if ((await ifThere(() => stat(directory))) === null) return null;
  return { ulid, path, meta, files, spots, deep };
}

async function readMeta(directory: string, ulid: string): Promise<SeenBlock['meta']> {
  const found = await ifThere(() => readFile(join(directory, 'meta.json'), 'utf8'));
  if (found === null) return { problem: 'is missing' };
  let json: unknown;
  try {
    json = JSON.parse(found);
  } catch {
    return { problem: found.trim() === '' ? 'is empty' : 'is not JSON' };
  }
  let meta: Meta;
  try {
    meta = META.check(json, 'meta.json');
  } catch (error) {
    const { what, got } = (error as UserError).problem;
    return { problem: `is not usable: ${what}: ${got}` };
  }
  const { minTime, maxTime, compaction } = meta;
  if (meta.version !== 1) return { problem: `has the version ${meta.version}, not 1` };
  if (meta.ulid !== ulid) return { problem: `belongs to the block ${meta.ulid}` };
  if (minTime > maxTime) return { problem: `has no sane range of time: ${minTime} to ${maxTime}` };
  return {
    text: found,
    minTime,
    maxTime,
    sources: compaction?.sources ?? [],
    parents: (compaction?.parents ?? []).map((parent) => parent.ulid),
    deletable: compaction?.deletable ?? false,
  } satisfies BlockMeta;
}

const integer = z.int('a whole number');
const META = documentFormat({
  what: 'meta.json of a block',
  shape: fields({
    version: integer,
    ulid: text,
    minTime: integer,
    maxTime: integer,
    compaction: z.nullish(
      fields({
        sources: z.nullish(listOf(text)),
        parents: z.nullish(listOf(fields({ ulid: text }))),
        deletable: z.nullish(flag),
      }),
    ),
  }),
  maxBytes: Infinity,
  fix: 'none is needed: the scrub quarantines the block',
});
type Meta = ReturnType<typeof META.check>;

async function scanTombstones(file: Window): Promise<(Spot & { part: BlockPart })[]> {
  const bytes = await file.at(0, file.bytes);
  const bad = (what: string): (Spot & { part: BlockPart })[] => [{ offset: 0, what, part: 'tombstones' }];
  if (bytes.length < 5 + CRC || bytes.readUInt32BE(0) !== TOMBSTONES_MAGIC) return bad('no tombstones file');
  const end = bytes.length - CRC;
  return crc32c(bytes, 5, end) === bytes.readUInt32BE(end) ? [] : bad('the checksum of the tombstones does not match');
}

async function scanChunks(file: Window, deep: boolean): Promise<(Spot & { part: BlockPart })[]> {
  const head = await file.at(0, CHUNKS_HEADER);
  if (head.length < CHUNKS_HEADER || head.readUInt32BE(0) !== CHUNKS_MAGIC || head[4] !== 1) {
    return [{ offset: 0, what: 'the magic number or the version of a chunks file is wrong', part: 'chunk-files' }];
  }
  for (let offset = CHUNKS_HEADER; deep && offset < file.bytes;) {
    const length = uvarint(await file.at(offset, 5), 0);
    if (length !== null && length.value > MOST_CHUNK_BYTES)
      return [{ offset, what: `a chunk says that it has ${length.value} bytes`, part: 'chunk' }];
    const size = length === null ? 0 : length.bytes + 1 + length.value + CRC;
    if (length === null || offset + size > file.bytes) return [{ offset, what: 'a chunk is cut off', part: 'chunk' }];
    const chunk = await file.at(offset, size);
    if (chunk.length < size || crc32c(chunk, length.bytes, size - CRC) !== chunk.readUInt32BE(size - CRC)) {
      return [{ offset, what: 'the checksum of a chunk does not match', part: 'chunk' }];
    }
    offset += size;
  }
  return [];
}
