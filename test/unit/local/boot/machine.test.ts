import { hierarchiesOf } from '../../../../local/boot/machine/cgroups';
import { deviceNumber, firstProcess, managerSettings, nspawnOptions } from '../../../../local/boot/machine/nspawn';

const V1 = `tmpfs /sys/fs/cgroup tmpfs rw 0 0
cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,cpu,cpuacct 0 0
cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0
cgroup /sys/fs/cgroup/rdma cgroup rw,rdma 0 0
cgroup /sys/fs/cgroup/systemd cgroup rw,name=systemd 0 0
cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0
cgroup /elsewhere/memory cgroup rw,memory 0 0
`;

test('with cgroup v1 a machine joins each tree that systemd looks at, and no other', () => {
  expect(hierarchiesOf(V1)).toEqual({
    version: 1,
    roots: ['/sys/fs/cgroup/cpu,cpuacct', '/sys/fs/cgroup/memory', '/sys/fs/cgroup/systemd', '/sys/fs/cgroup/unified'],
  });
});

test('with cgroup v2 there is one tree', () => {
  const mounts = 'proc /proc proc rw 0 0\ncgroup2 /sys/fs/cgroup cgroup2 rw,nsdelegate 0 0\n';
  expect(hierarchiesOf(mounts)).toEqual({ version: 2, roots: ['/sys/fs/cgroup'] });
});

test('without the tree of systemd no machine boots here', () => {
  expect(hierarchiesOf('cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\n')).toBeNull();
  expect(hierarchiesOf('')).toBeNull();
});

test('the first process of a container is the one that is number 1 in it', () => {
  const status = (ids: string): string => `Name:\tsystemd\nNSpid:\t${ids}\nThreads:\t1\n`;
  expect(
    firstProcess(
      new Map([
        [700, status('700')],
        [1, status('1')],
        [701, status('701\t17')],
        [702, status('702\t1')],
      ]),
    ),
  ).toBe(702);
  expect(firstProcess(new Map([[1, status('1')]]))).toBeNull();
  expect(firstProcess(new Map([[7, '']]))).toBeNull();
});

test.each([
  [0x0703, 7, 3],
  [0xfe00, 254, 0],
  [0x100702, 7, 258],
])('the kernel numbers a device %i', (rdev, major, minor) => {
  expect(deviceNumber(rdev)).toEqual({ major, minor });
});

test('no daemon of this machine is asked, and its network is the namespace', () => {
  const options = nspawnOptions({
    name: 'm',
    hostname: 'ip-10-0-0-1',
    namespace: 'promha-a',
    files: { '/opt/from-outside/node': '/cache/node' },
  });
  expect(options).toEqual(
    expect.arrayContaining([
      '--register=no',
      '--keep-unit',
      '--network-namespace-path=/run/netns/promha-a',
      '--bind-ro=/cache/node:/opt/from-outside/node',
    ]),
  );
});

test('what programs find in their environment is said as systemd reads it', () => {
  expect(managerSettings({ A: 'http://x:1', B: 'two words' })).toBe(
    '[Manager]\nDefaultEnvironment="A=http://x:1" "B=two words"\n',
  );
});
