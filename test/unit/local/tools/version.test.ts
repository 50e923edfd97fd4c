import { BUNDLES, bundleOf } from '../../../../local/tools/catalog/catalog';
import { descriptorPath } from '../../../../local/tools/debian/compiled-in-directory';
import { releaseArchitecture, checkSum } from '../../../../local/tools/sources/release';
import { compareVersions, findVersion, versionProblem } from '../../../../local/tools/catalog/version';

test.each([
  ['prometheus, version 3.5.3+ds1 (branch: debian/sid, revision: 3.5.3+ds1-6)', '3.5.3'],
  ['HAProxy version 2.6.12-1+deb12u3 2025/10/03 - https://haproxy.org/', '2.6.12'],
  ['Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64', '7.0.15'],
  ['time="2026" level=info msg="Redis Metrics Exporter v1.80.1    build date: 2025"', '1.80.1'],
  ['cfn-lint 1.51.0', '1.51.0'],
  ['nothing', null],
])('%s', (output, version) => {
  expect(findVersion(output)).toBe(version);
});

test('versions are compared by number, not by text', () => {
  expect(compareVersions('3.13.2', '3.5.3')).toBeGreaterThan(0);
  expect(compareVersions('0.9', '0.31.1')).toBeLessThan(0);
  expect(compareVersions('3.5', '3.5.0')).toBe(0);
  expect(versionProblem('2.42.0', { atLeast: '3.5.0' })).toContain('at least 3.5.0');
  expect(versionProblem('5.3.0', { atLeast: '5.2.1', below: '5.3.0' })).toContain('below 5.3.0');
  expect(versionProblem('5.2.2', { atLeast: '5.2.1', below: '5.3.0' })).toBeNull();
});

test('every tool is in exactly one bundle, with sums for both architectures', () => {
  const tools = BUNDLES.flatMap((bundle) => bundle.tools);
  expect(new Set(tools).size).toBe(tools.length);
  for (const tool of tools) expect(bundleOf(tool).tools).toContain(tool);
  for (const bundle of BUNDLES) {
    if (bundle.release === undefined) continue;
    expect(bundle.release.version).toBe(bundle.pinned);
    for (const arch of ['amd64', 'arm64']) expect(bundle.release.sha256[arch]).toMatch(/^[0-9a-f]{64}$/);
  }
});

test('bytes with another checksum are refused', () => {
  const sha256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
  expect(() => checkSum(Buffer.from('test'), sha256, 'x')).not.toThrow();
  expect(() => checkSum(Buffer.from('tesT'), sha256, 'https://x/y.tar.gz')).toThrow(
    /y\.tar\.gz is not what was pinned.*refused/,
  );
  expect([releaseArchitecture('x64'), releaseArchitecture('arm64')]).toEqual(['amd64', 'arm64']);
});

test('the patched path keeps its length', () => {
  for (const length of [16, 17, 25, 34]) {
    expect(descriptorPath(length)).toHaveLength(length);
    expect(descriptorPath(length)).toMatch(/^\/proc\/self\/fd\/9(\/\.?)*$/);
  }
  expect(() => descriptorPath(10)).toThrow('too short');
});
