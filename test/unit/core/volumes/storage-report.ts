import type { StorageReport } from '../../../../lib/contract/documents/storage';

/** Of node `a`, whose first volume serves. */
export const storageReport = (over: Partial<StorageReport> = {}): StorageReport => ({
  version: 1,
  node: 'a',
  instanceId: 'i-1',
  zone: 'z',
  volumeId: 'vol-1',
  generation: 1,
  at: '2026-11-24T12:00:00.000Z',
  trouble: null,
  needsVolume: null,
  tested: null,
  ...over,
});
