import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ulidTime, type UploadSituation } from '../../lib/core/thanos/uploads';
import { ifThere } from '../../lib/shell/tsdb/listing';
import { documentFormat } from '../../lib/contract/document';
import { listOf, nullable, fields, text } from '../../lib/contract/shape';

const SHIPPER = documentFormat({
  what: "sidecar's record of uploads",
  shape: fields({ uploaded: nullable(listOf(text)) }),
  maxBytes: 64 * 2 ** 20,
  fix: 'remove the file: the sidecar makes it anew from the bucket',
});

/**
 * What the sidecar's own record and the blocks on disk say. Nothing of it synchronously: the volume may hang, and the gate
 * must not. @throws when the record cannot be read or parsed
 */
export async function readUploads(tsdbPath: string, blockDurationMs: number): Promise<UploadSituation> {
  const record = await ifThere(() => readFile(join(tsdbPath, 'thanos.shipper.json'), 'utf8'));
  // The sidecar writes null for an empty list.
  const uploaded = record === null ? [] : (SHIPPER.parse(record, 'thanos.shipper.json').uploaded ?? []);
  return {
    uploaded,
    blocks: (await readdir(tsdbPath)).filter((name) => ulidTime(name) !== null),
    bornAt: (await stat(tsdbPath)).birthtimeMs,
    blockDurationMs,
  };
}
