import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ulidTime, type UploadSituation } from '../../lib/core/thanos/uploads';
import { ifThere } from '../tsdb/scan/listing';

/**
 * What the sidecar's own record and the blocks on disk say. Nothing of it synchronously: the volume may hang, and the gate
 * must not. @throws when the record cannot be read or parsed
 */
export async function readUploads(tsdbPath: string, blockDurationMs: number): Promise<UploadSituation> {
  const record = await ifThere(() => readFile(join(tsdbPath, 'thanos.shipper.json'), 'utf8'));
  // The sidecar writes null for an empty list.
  const uploaded = record === null ? [] : ((JSON.parse(record) as { uploaded: string[] | null }).uploaded ?? []);
  return {
    uploaded,
    blocks: (await readdir(tsdbPath)).filter((name) => ulidTime(name) !== null),
    bornAt: (await stat(tsdbPath)).birthtimeMs,
    blockDurationMs,
  };
}
