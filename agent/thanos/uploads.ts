import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ulidTime, type UploadSituation } from '../../lib/core/uploads';
import { readIfExists } from '../files';

/** What the sidecar's own record and the blocks on disk say. @throws when the record cannot be read or parsed */
export function readUploads(tsdbPath: string, blockDurationMs: number): UploadSituation {
  const record = readIfExists(join(tsdbPath, 'thanos.shipper.json'));
  // The sidecar writes null for an empty list.
  const uploaded = record === null ? [] : ((JSON.parse(record) as { uploaded: string[] | null }).uploaded ?? []);
  return {
    uploaded,
    blocks: readdirSync(tsdbPath).filter((name) => ulidTime(name) !== null),
    bornAt: statSync(tsdbPath).birthtimeMs,
    blockDurationMs,
  };
}
