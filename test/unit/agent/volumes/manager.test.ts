import { join } from 'node:path';
import { detach, mountDataVolume, newestVolume } from '../../../../agent/boot/volume';
import { VolumeManager, type VolumeManagerOptions } from '../../../../agent/volumes/manager';
import { UserError } from '../../../../lib/contract/errors';
import { DEFAULT_POLICY } from '../../../../lib/contract/documents/policy';
import type { StorageReport } from '../../../../lib/contract/documents/storage';

/** What a node does while EC2 does not give it the volume that it wants to mount anew. */
jest.mock('../../../../agent/boot/volume');
jest.mock('../../../../agent/boot/mounts', () => ({ mountedDevice: async () => null, unmount: async () => undefined }));
jest.mock('../../../../agent/boot/prepare', () => ({ makeProgramDirectories: () => undefined }));

const detached: boolean[] = [];
/** What was done with the programs and the volume, in order. */
const steps: string[] = [];
let reports: StorageReport[];
let manager: VolumeManager;
let later: number;

beforeEach(async () => {
  reports = [];
  detached.length = 0;
  steps.length = 0;
  later = 0;
  const now = Date.now;
  jest.spyOn(Date, 'now').mockImplementation(() => now() + later);
  jest.mocked(newestVolume).mockResolvedValue({ id: 'vol-1', generation: 1, attachedTo: 'i-1' });
  jest.mocked(detach).mockImplementation(async (id, _place, force) => {
    detached.push(force);
    steps.push(`${id} is detached`);
  });
  manager = new VolumeManager({
    config: { node: 'a', policy: DEFAULT_POLICY },
    env: { units: false },
    identity: { instanceId: 'i-1', zone: 'z' },
    // Below a file nothing can be written, nor made.
    data: join(__filename, 'data'),
    deviceDir: '/nowhere',
    walSegmentBytes: 1,
    store: { writeStorage: async (report: StorageReport) => void reports.push(report) },
    programs: ['prometheus', 'sidecar'].map((name) => ({
      hold: async (signal: string) => void steps.push(`${name}: ${signal}`),
      letGo: () => void steps.push(`${name}: let go`),
    })),
    scrubber: { status: { asksForVolume: null }, volumeChanged: () => undefined },
    alerts: () => false,
    isHealthy: () => false,
    alone: () => false,
    onLoss: async () => undefined,
    log: () => undefined,
  } as unknown as VolumeManagerOptions);
  manager.begin({ id: 'vol-1', generation: 1 });
});
afterEach(() => jest.restoreAllMocks());

const asks = (): boolean => (reports.at(-1)?.needsVolume ?? null) !== null;

/** Rounds until the look at the volume has come back, and the swap has begun and failed. */
async function untilItFails(): Promise<void> {
  for (let round = 0; round < 200; round += 1) {
    const failed = await manager.round().then(
      () => false,
      () => true,
    );
    if (failed) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('the volume is not seen to be gone');
}

test('one that EC2 does not attach for minutes is tried on, and another one is asked for', async () => {
  jest.mocked(mountDataVolume).mockRejectedValue(new Error('AttachmentLimitExceeded'));
  await untilItFails();
  await untilItFails();
  expect(asks()).toBe(false);
  later = 130_000;
  await untilItFails();
  await untilItFails();
  expect(asks()).toBe(true);
  expect(reports.at(-1)).toMatchObject({ volumeId: 'vol-1', trouble: 'gone' });
  // The new one is taken as soon as it is there.
  jest.mocked(mountDataVolume).mockResolvedValue({ id: 'vol-2', generation: 2 });
  await manager.round();
  expect(manager.status).toMatchObject({ id: 'vol-2', generation: 2 });
});

test('another one is asked for at once when EC2 knows of none any more', async () => {
  const none = new UserError({ what: 'no data volume for a', got: 'none', expected: 'one', fix: 'deploy' });
  jest.mocked(mountDataVolume).mockRejectedValue(none);
  await untilItFails();
  await untilItFails();
  expect(asks()).toBe(true);
});

test('what EC2 calls busy is detached by force after a while, though it was only to be replaced', async () => {
  const scrubber = { status: { asksForVolume: 'the WAL is gone' } };
  Object.assign((manager as unknown as { o: { scrubber: object } }).o.scrubber, scrubber);
  jest.mocked(newestVolume).mockResolvedValue({ id: 'vol-2', generation: 2, attachedTo: null });
  jest.mocked(detach).mockImplementation(async (_id, _place, force) => {
    detached.push(force);
    if (!force) throw new Error('EC2 has not detached vol-1');
  });
  jest.mocked(mountDataVolume).mockRejectedValue(new Error('not yet'));
  jest.spyOn(manager as unknown as { judge(trouble: null): void }, 'judge').mockImplementation(() => {
    Object.assign(manager, { need: { since: 'now', because: 'the WAL is gone' } });
  });
  await untilItFails();
  later = 130_000;
  await untilItFails();
  await untilItFails();
  expect(detached).toEqual([false, false, true]);
});

test('whatever has files of the volume open ends before it is taken away, and begins again on the other one', async () => {
  jest.mocked(newestVolume).mockResolvedValue({ id: 'vol-2', generation: 2, attachedTo: null });
  jest.mocked(mountDataVolume).mockImplementation(async () => {
    steps.push('vol-2 is mounted');
    return { id: 'vol-2', generation: 2 };
  });
  for (let round = 0; round < 200 && manager.status.id !== 'vol-2'; round += 1) {
    await manager.round();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(steps).toEqual([
    'prometheus: SIGKILL',
    'sidecar: SIGKILL',
    'vol-1 is detached',
    'vol-2 is mounted',
    'prometheus: let go',
    'sidecar: let go',
  ]);
});
