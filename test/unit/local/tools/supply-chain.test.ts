import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VERSIONS } from '../../../../lib/contract/versions';
import { requirementsOf, type PythonPackage } from '../../../../local/tools/pin/python/requirements';
import { deployedPrograms, withPrograms } from '../../../../local/sbom/components';
import { ROOT } from '../../../fixtures/config-dir';

/** What runs here and is made by others: pinned, verified, under a licence that may be passed on, and nothing runs at install. */

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly link?: boolean;
  /** It comes in the tarball of another one. */
  readonly inBundle?: boolean;
}
const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, Locked>;
};
const others = Object.entries(packages).filter(([path, { link }]) => path.includes('node_modules/') && link !== true);

test('every package of npm is locked by checksum, and none runs a script at install', () => {
  expect(others.length).toBeGreaterThan(300);
  expect(
    others
      .filter(([, { integrity, inBundle }]) => !inBundle && !/^sha512-/.test(integrity ?? ''))
      .map(([path]) => path),
  ).toEqual([]);
  expect(readFileSync(join(ROOT, '.npmrc'), 'utf8')).toMatch(/^ignore-scripts=true$/m);
});

/** Permissive ones, those of documents and data, and a choice that has one of them. */
const ALLOWED =
  /^(MIT|ISC|0BSD|Apache-2\.0|BSD-[23]-Clause|BlueOak-1\.0\.0|CC-BY-4\.0|Apache-2\.0 AND MIT|\(MIT OR .*\))$/;

test('every package of npm has a licence that may be passed on', () => {
  const wrong = others.filter(([path, { license }]) => !ALLOWED.test(license ?? licenseIn(path)));
  expect(wrong.map(([path, { license }]) => `${path}: ${license}`)).toEqual([]);
});

/** Of a package whose entry says nothing, what it says itself where it is installed. */
function licenseIn(path: string): string {
  const file = join(ROOT, path, 'package.json');
  if (!existsSync(file)) return 'none, and it is not installed';
  return (JSON.parse(readFileSync(file, 'utf8')) as { license?: string }).license ?? 'none';
}

test.each<PythonPackage>(['moto', 'cfn-lint', 'awscli'])(
  '%s: it and all it needs, by checksum, in our version',
  (name) => {
    const entries = requirementsOf(name)
      .replace(/^#.*\n/gm, '')
      .split(/\n(?=\S)/)
      .filter((entry) => entry.trim() !== '');
    const wrong = entries.filter(
      (entry) => !/^[a-z0-9._-]+(\[[a-z,]+\])?==[^\s;]+(?: ;.*)? \\\n\s+--hash=sha256:[0-9a-f]{64}/i.test(entry),
    );
    expect(wrong).toEqual([]);
    const own = entries.find((entry) => entry.startsWith(`${name}==`) || entry.startsWith(`${name}[`))!;
    expect(own.split(/==| /)[1]).toBe(VERSIONS[name].version);
  },
);

test('the bill of materials has every program that is deployed, with the sums that nodes verify', () => {
  const bom = JSON.parse(withPrograms('{"components":[{"name":"zod"}]}', deployedPrograms())) as {
    components: { name: string; hashes?: { content: string }[] }[];
  };
  expect(bom.components.map(({ name }) => name)).toEqual([
    'zod',
    ...['prometheus', 'prometheus', 'alertmanager', 'alertmanager'],
    'thanos',
  ]);
  const { amd64, arm64 } = VERSIONS.prometheus.sha256;
  expect(bom.components.slice(1, 3).map(({ hashes }) => hashes![0]!.content)).toEqual([amd64, arm64]);
  expect(() => withPrograms('{}', [])).toThrow('bill of materials');
});
