import { FileSystem } from '../../../../agent/volumes/file-system';

const GIB = 2 ** 30;

/** A device with a file system that takes all of it when it is told to. */
function volume(bytes: number) {
  const events: string[] = [];
  const state = { device: '/dev/nvme1n1' as string | null, bytes, held: bytes, broken: false, grown: 0 };
  const fileSystem = new FileSystem('/data', (_, event) => void events.push(event), {
    mounted: async () => state.device,
    deviceBytes: async () => state.bytes,
    size: () => state.held,
    grow: async () => {
      if (state.broken) throw new Error('xfs_growfs: not found');
      state.grown += 1;
      state.held = state.bytes;
    },
  });
  return { state, events, round: () => fileSystem.round() };
}

test('grows with its device, also one that was enlarged while the agent was down, and is left alone otherwise', async () => {
  const { state, events, round } = volume(200 * GIB);
  state.bytes = 300 * GIB;
  await round();
  expect([state.held, events]).toEqual([300 * GIB, ['file-system-grown']]);
  await round();
  expect(state.grown).toBe(1);
  state.bytes = 400 * GIB;
  await round();
  await round();
  expect([state.held, state.grown, events.length]).toEqual([400 * GIB, 2, 2]);
});

test('another volume in its place is looked at anew; none is no failure', async () => {
  const { state, round } = volume(200 * GIB);
  state.device = null;
  await round();
  expect(state.grown).toBe(0);
  state.device = '/dev/nvme1n1';
  await round();
  state.device = '/dev/nvme2n1';
  await round();
  expect(state.grown).toBe(2);
});

test('what fails is tried again once the device is known to be larger, and said at the start', async () => {
  const { state, events, round } = volume(200 * GIB);
  state.broken = true;
  await round();
  expect(events).toEqual(['file-system-not-grown']);
  state.bytes = 300 * GIB;
  await expect(round()).rejects.toThrow('not found');
  state.broken = false;
  await round();
  expect(state.held).toBe(300 * GIB);
});
