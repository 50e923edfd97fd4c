import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { architecture, downloadArtifact, sourcesOf, type ArtifactSource } from '../../../../agent/boot/artifacts';
import { chooseVolume, deviceName, nextVolumeStep, type AttachSituation } from '../../../../agent/boot/volume-step';
import { TAGS } from '../../../../lib/contract/tags';

describe('the data volume', () => {
  const volume = (id: string, generation: string, attachedTo: string | null = null) => ({
    id,
    tags: { [TAGS.generation]: generation },
    attachedTo,
  });

  it('is the one of the highest generation, by number and not by text', () => {
    expect(chooseVolume([volume('vol-2', '2'), volume('vol-10', '10'), volume('vol-9', '9')], 'node-1').id).toBe(
      'vol-10',
    );
  });

  it.each([
    ['of twins the one in use, in any order', [volume('vol-a', '1'), volume('vol-b', '1', 'i-0')], 'vol-b'],
    [
      'a newer one, whatever is in use',
      [volume('vol-a', '1', 'i-1'), volume('vol-b', '1'), volume('vol-c', '2')],
      'vol-c',
    ],
  ])('is %s', (_what, volumes, id) => {
    expect(chooseVolume(volumes, 'node-1').id).toBe(id);
    expect(chooseVolume([...volumes].reverse(), 'node-1').id).toBe(id);
  });

  it.each([
    ['none is in use', [volume('vol-b', '1'), volume('vol-a', '1')], 'vol-a, vol-b'],
    [
      'an older one is in use',
      [volume('vol-b', '2'), volume('vol-c', '1', 'i-1'), volume('vol-a', '2')],
      'vol-a, vol-b',
    ],
    ['both are in use', [volume('vol-b', '1', 'i-0'), volume('vol-a', '1', 'i-1')], 'vol-a, vol-b'],
  ])('is not chosen among twins of which %s: both are named', (_what, volumes, ids) => {
    const choose = (): unknown => chooseVolume(volumes, 'node-1');
    expect(choose).toThrow(new RegExp(`node-1 has 2 data volumes of generation \\d[^]*got: +${ids}\n[^]*create-tags`));
  });

  it('is not guessed when no generation is readable', () => {
    expect(() => chooseVolume([volume('vol-1', 'newest')], 'node-1')).toThrow(/no data volume for node-1/);
  });

  const bare: AttachSituation = {
    mounted: false,
    deviceExists: false,
    attachedTo: null,
    self: 'i-1',
    fileSystem: null,
  };
  it.each<[string, Partial<AttachSituation>, string]>([
    ['attaches a free volume', {}, 'attach'],
    ['waits for the device', { attachedTo: 'i-1' }, 'wait-for-device'],
    ['waits while the previous instance holds it', { attachedTo: 'i-0' }, 'wait-for-other-instance'],
    ['formats a blank one', { attachedTo: 'i-1', deviceExists: true }, 'format'],
    [
      'never formats one that has a file system',
      { attachedTo: 'i-1', deviceExists: true, fileSystem: 'ext4' },
      'mount',
    ],
    ['leaves a mounted one alone', { mounted: true, deviceExists: true }, 'done'],
  ])('%s', (_what, change, step) => {
    expect(nextVolumeStep({ ...bare, ...change })).toBe(step);
  });

  it('is found under the name that NVMe gives it', () => {
    expect(deviceName('vol-0abc')).toBe('nvme-Amazon_Elastic_Block_Store_vol0abc');
  });
});

describe('release tarballs', () => {
  const content = 'a release';
  const sha256 = createHash('sha256').update(content).digest('hex');
  const source = (name: string, text: string | Error): ArtifactSource => ({
    name,
    open: async () => {
      if (text instanceof Error) throw text;
      return Readable.from([text]);
    },
  });
  let dir: string;
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'promha-boot-'))));
  afterEach(() => rmSync(dir, { recursive: true }));

  it('come from the mirror first, under the same file name', () => {
    const names = sourcesOf('https://example.org/v1/prometheus-1.tar.gz', 'mirror').map((s) => s.name);
    expect(names).toEqual(['s3://mirror/prometheus-1.tar.gz', 'https://example.org/v1/prometheus-1.tar.gz']);
  });

  it('are taken from the next source when one fails or has other bytes', async () => {
    const sources = [
      source('down', new Error('refused')),
      source('tampered', 'another release'),
      source('good', content),
    ];
    const file = await downloadArtifact(sources, sha256, dir, () => {});
    expect(readFileSync(file, 'utf8')).toBe(content);
  });

  it('are never used with another sum, and the complaint names every source', async () => {
    const sources = [source('down', new Error('refused')), source('tampered', 'another release')];
    await expect(downloadArtifact(sources, sha256, dir, () => {})).rejects.toThrow(
      /down: refused; tampered: has SHA-256 \w+, expected/,
    );
  });

  it('exist for two architectures', () => {
    expect([architecture('x64'), architecture('arm64')]).toEqual(['amd64', 'arm64']);
    expect(() => architecture('riscv64')).toThrow(/choose another instance type/);
  });
});
