import { existsSync, readFileSync } from 'node:fs';
import { loadConfiguration } from '../../../../lib/infra/config/load';
import { pinImage, type Images } from '../../../../local/pin/image';
import { ConfigFixture } from '../../../fixtures/config-fixture';

const PARAMETER = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64';
const BY_HAND = "ami: { 'eu-west-1': 'ami-0a1b2c3d4e5f60718' },";
let fixture: ConfigFixture;
beforeEach(() => {
  fixture = new ConfigFixture();
  fixture.edit('cluster.ts', BY_HAND, '');
  jest.resetModules();
});
afterEach(() => fixture.remove());

const images = (id: string, over: object = {}): Images => ({
  parameter: (region, name) => Promise.resolve(region === 'eu-west-1' && name === PARAMETER ? id : ''),
  image: () => Promise.resolve({ name: 'al2023-ami-2023.9', architecture: 'arm64', state: 'available', ...over }),
});
const pinned = (id: string, over?: object): Promise<string> => pinImage(fixture.path('cluster.ts'), images(id, over));
const lock = (): string => readFileSync(fixture.path('cluster.lock.json'), 'utf8');
const loaded = (): ReturnType<typeof loadConfiguration> => loadConfiguration(fixture.path('cluster.ts'), fixture.dir);

test('until an image is pinned nodes boot what the parameter names, and synth says so; then that image, silently', async () => {
  const before = loaded();
  expect(before.cluster.image).toEqual({ id: null, parameter: PARAMETER });
  expect(before.warnings.join('\n')).toMatch(/cluster\.ts:\d+:\d+: no image is pinned[^\n]*npm run pin -- image/);

  expect(await pinned('ami-0123456789abcdef0')).toMatch(/has ami-0123456789abcdef0 \(al2023-ami-2023\.9\) .*commit it/);
  const after = loaded();
  expect(after.cluster.image).toEqual({ id: 'ami-0123456789abcdef0', by: 'lock' });
  expect(after.warnings.join('\n')).not.toContain('image');
});

test('the same again changes nothing, and the nodes in the lock stay', async () => {
  const nodes: unknown = JSON.parse(lock()).nodes;
  await pinned('ami-0123456789abcdef0');
  const first = lock();
  expect(JSON.parse(first).nodes).toEqual(nodes);
  expect(await pinned('ami-0123456789abcdef0')).toMatch(/has it already/);
  expect(lock()).toBe(first);
});

test('one of another architecture is kept for the day when it is that again', async () => {
  await pinned('ami-0123456789abcdef0');
  fixture
    .edit('cluster.ts', "architecture: 'arm64'", "architecture: 'x86_64'")
    .edit('cluster.ts', "type: 'r7g.large'", "type: 'r7i.large'");
  jest.resetModules();
  expect(loaded().cluster.image).toMatchObject({ id: null, parameter: PARAMETER.replace('arm64', 'x86_64') });
});

test('an image that is given by hand counts', async () => {
  await pinned('ami-0123456789abcdef0');
  fixture.edit('cluster.ts', "architecture: 'arm64',", `architecture: 'arm64', ${BY_HAND}`);
  jest.resetModules();
  expect(loaded().cluster.image).toEqual({ id: 'ami-0a1b2c3d4e5f60718', by: 'config' });
  expect(await pinned('ami-0fedcba9876543210')).toMatch(/counts once instance\.ami is taken out/);
});

test.each([
  ['another architecture', 'ami-0123456789abcdef0', { architecture: 'x86_64' }, /x86_64, available/],
  ['one that is not there yet', 'ami-0123456789abcdef0', { state: 'pending' }, /arm64, pending/],
  ['no image id', 'none', {}, /'none'/],
])('%s is not pinned', async (_, id, over, message) => {
  const before = lock();
  await expect(pinned(id, over)).rejects.toThrow(message);
  expect(lock()).toBe(before);
});

test('an AWS that does not answer changes nothing, and is named', async () => {
  const silent: Images = { ...images(''), parameter: () => Promise.reject(new Error('no credentials')) };
  await expect(pinImage(fixture.path('cluster.ts'), silent)).rejects.toThrow(
    /nothing was changed\n {2}got: +no credentials[^]*AWS_PROFILE/,
  );
  expect(existsSync(fixture.path('cluster.lock.json'))).toBe(true);
});
