import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { GetObjectCommand, paginateListObjectsV2, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod/mini';
import { documentFormat } from '../../contract/document';
import { fields, listOf, mapOf, number, orElse, text } from '../../contract/shape';
import { planHistory, thanosMeta, type BlockFate, type BucketMeta, type ForeignBlock } from '../../core/import/history';
import { scanBlock } from '../../shell/tsdb/block';
import { listBlocks } from '../../shell/tsdb/listing';
import { Pace } from '../../shell/tsdb/pace';

const compaction = orElse(fields({ sources: orElse(listOf(text), []) }), { sources: [] });
const META = documentFormat({
  what: "block's meta.json",
  shape: fields({
    ulid: text,
    minTime: number,
    maxTime: number,
    stats: orElse(fields({ numSamples: orElse(number, 0), numTombstones: orElse(number, 0) }), {
      numSamples: 0,
      numTombstones: 0,
    }),
    compaction,
    thanos: z.optional(fields({ labels: orElse(mapOf(text, text), {}) })),
  }),
  maxBytes: 64 * 1024 * 1024,
  fix: 'leave the block out, or repair it with promtool',
});

export interface HistoryReport {
  readonly labels: Readonly<Record<string, string>>;
  readonly blocks: readonly BlockFate[];
  /** Blocks of other streams at the same time: Thanos answers by all of them, and deduplicates. */
  readonly besides: number;
  /** The newest samples are not in a block yet. */
  readonly head: boolean;
  readonly uploaded: number;
}

interface Bucket {
  readonly s3: S3Client;
  readonly name: string;
}

/**
 * Uploads the blocks of a snapshot, or of the data directory of a stopped Prometheus. What is done is in the bucket alone: a
 * block's meta.json comes last, and what lies there whole is not sent again.
 */
export async function uploadHistory(
  dir: string,
  bucket: Bucket,
  labels: Readonly<Record<string, string>>,
  { apply, say }: { readonly apply: boolean; readonly say: (line: string) => void },
): Promise<HistoryReport> {
  const objects = await listObjects(bucket);
  const metas = await bucketMetas(bucket, objects);
  const blocks: ForeignBlock[] = [];
  for (const ulid of await listBlocks(dir)) blocks.push(...(await readBlock(dir, ulid)));
  const fates = planHistory(blocks, metas, labels);
  let uploaded = 0;
  for (const { block, fate } of apply ? fates : []) {
    if (fate !== 'upload') continue;
    await upload(join(dir, block.ulid), block, bucket, labels, objects);
    say(`${block.ulid}: ${block.samples} samples uploaded`);
    uploaded++;
  }
  const own = (one: ForeignBlock | BucketMeta): boolean => fates.some(({ block }) => block.ulid === one.ulid);
  const besides = metas.filter(
    (meta) => !own(meta) && blocks.some((one) => one.minTime < meta.maxTime && meta.minTime < one.maxTime),
  ).length;
  return { labels, blocks: fates, besides, head: existsSync(join(dir, 'wal')), uploaded };
}

async function readBlock(dir: string, ulid: string): Promise<ForeignBlock[]> {
  // A person waits, and nobody else reads this disk.
  const seen = await scanBlock(dir, ulid, true, new Pace({ bytesPerSecond: Infinity }));
  if (seen === null) return [];
  if ('problem' in seen.meta) {
    const damage = [`its meta.json ${seen.meta.problem}`];
    return [{ ulid, minTime: 0, maxTime: 0, samples: 0, deleted: 0, sources: [], damage }];
  }
  const meta = META.parse(seen.meta.text, join(dir, ulid, 'meta.json'));
  const damage = seen.spots.map(({ path, what }) => `${path}: ${what}`);
  const { minTime, maxTime, stats } = meta;
  const { numSamples: samples, numTombstones: deleted } = stats;
  return [{ ulid, minTime, maxTime, samples, deleted, sources: meta.compaction.sources, damage }];
}

/** Key → bytes. */
async function listObjects({ s3, name }: Bucket): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: name }))
    for (const { Key, Size } of page.Contents ?? []) if (Key !== undefined) found.set(Key, Size ?? 0);
  return found;
}

async function bucketMetas({ s3, name }: Bucket, objects: ReadonlyMap<string, number>): Promise<BucketMeta[]> {
  const metas: BucketMeta[] = [];
  for (const Key of objects.keys()) {
    if (!/^[0-9A-Z]{26}\/meta\.json$/.test(Key)) continue;
    const answer = await s3.send(new GetObjectCommand({ Bucket: name, Key }));
    const meta = META.parse((await answer.Body?.transformToString()) ?? '', `s3://${name}/${Key}`);
    const { ulid, minTime, maxTime } = meta;
    metas.push({ ulid, minTime, maxTime, sources: meta.compaction.sources, labels: meta.thanos?.labels ?? {} });
  }
  return metas;
}

/** Chunks and index first, so that nobody takes half of it for a block. */
async function upload(
  dir: string,
  { ulid }: ForeignBlock,
  { s3, name }: Bucket,
  labels: HistoryReport['labels'],
  objects: ReadonlyMap<string, number>,
): Promise<void> {
  const seen = await scanBlock(join(dir, '..'), ulid, false, new Pace({ bytesPerSecond: Infinity }));
  const paths = (seen?.files ?? []).map(({ path }) => path.slice(ulid.length + 1));
  const sent = paths.filter((path) => path === 'index' || path.startsWith('chunks/'));
  const sizes = Object.fromEntries(sent.map((path) => [path, statSync(join(dir, path)).size]));
  for (const [path, ContentLength] of Object.entries(sizes)) {
    const Key = `${ulid}/${path}`;
    if (objects.get(Key) === ContentLength) continue;
    const Body = createReadStream(join(dir, path));
    await s3.send(new PutObjectCommand({ Bucket: name, Key, Body, ContentLength }));
  }
  const meta: unknown = JSON.parse(readFileSync(join(dir, 'meta.json'), 'utf8'));
  const Body = thanosMeta(Object(meta) as object, labels, sizes);
  await s3.send(new PutObjectCommand({ Bucket: name, Key: `${ulid}/meta.json`, Body }));
}

export function renderHistoryImport({ blocks, labels, besides, head, uploaded }: HistoryReport): string {
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 16);
  const lines = blocks.map(({ block, fate, why }) => {
    const span = `${block.ulid}  ${day(block.minTime)} to ${day(block.maxTime)}  ${block.samples} samples`;
    return `${span}  ${fate}${why === '' ? '' : `: ${why}`}`;
  });
  const count = (fate: BlockFate['fate']): number => blocks.filter((one) => one.fate === fate).length;
  const samples = blocks.reduce((sum, { block, fate }) => sum + (fate === 'refused' ? 0 : block.samples), 0);
  return [
    ...lines,
    `external labels: ${Object.entries(labels)
      .map(([name, value]) => `${name}="${value}"`)
      .join(', ')}`,
    ...(besides > 0 ? [`${besides} blocks of other streams are of the same time: queries deduplicate them`] : []),
    ...(head
      ? ['there is a WAL: its samples, the last hours, are in no block yet. A snapshot of the running server has them']
      : []),
    `${uploaded > 0 ? `${uploaded} uploaded` : `${count('upload')} to be uploaded`}, ${count('there')} there already, ${count('refused')} refused; ${samples} samples.`,
    '',
  ].join('\n');
}
