import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { Bundle, ResolvedTool } from '../../../../local/tools/catalog/types';
import { resolveTools } from '../../../../local/tools/resolve/resolve';
import { go } from '../../../../local/tools/sources/go';

/** A stand-in for Go that writes down how it was called and makes what was asked for. */
const GO = `#!/bin/sh
echo "$PWD|$GOCACHE|$GOMODCACHE|$GOPATH|$GOWORK|$CGO_ENABLED|$*" >> "$GO_CALLS"
case "$1" in
env) echo "$GO_VERSION"; echo off ;;
mod) mkdir -p "$GOMODCACHE/x"; echo 'module x' > "$GOMODCACHE/x/go.mod"; chmod 444 "$GOMODCACHE/x/go.mod"
  echo "{\\"Dir\\": \\"$GOMODCACHE/x\\", \\"Sum\\": \\"h1:right\\"}" ;;
list) echo a; echo b ;;
build) while [ "$1" != -o ]; do shift; done
  mkdir -p "$GOCACHE"; cp -R . "$GO_KEPT"
  for tool in prometheus promtool; do printf '#!/bin/sh\\necho version 3.15.0\\n' > "$2$tool"; chmod +x "$2$tool"; done ;;
esac
`;

const bundle: Bundle = {
  name: 'prometheus',
  tools: ['prometheus', 'promtool'],
  pinned: '3.15.0',
  exact: true,
  oldest: '2.42.0',
  versionArgs: ['--version'],
  go: {
    module: { path: 'example.org/x', version: 'v0.315.0', sum: 'h1:right' },
    packages: ['cmd/prometheus', 'cmd/promtool'],
    tags: 'netgo',
    ldflags: '-s -w',
    added: { 'ui/index.html.gz': 'page', 'ui/index.html.br': 'page', 'ui/embed.go': 'package ui' },
  },
};

const before = { ...process.env };
let dir: string;
const root = (): string => join(dir, 'cache');
const calls = (): string[] => readFileSync(join(dir, 'calls'), 'utf8').trim().split('\n');

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'promha-go-'));
  mkdirSync(join(dir, 'bin'));
  writeFileSync(join(dir, 'bin/go'), GO);
  chmodSync(join(dir, 'bin/go'), 0o755);
  Object.assign(process.env, {
    PATH: `${join(dir, 'bin')}:/usr/bin:/bin`,
    GO_CALLS: join(dir, 'calls'),
    GO_KEPT: join(dir, 'kept'),
    GO_VERSION: 'go1.26.8',
  });
});
afterEach(() => {
  process.env = { ...before };
  rmSync(dir, { recursive: true, force: true });
});

const built = (made: Bundle = bundle): Promise<Record<'prometheus' | 'promtool', ResolvedTool>> =>
  resolveTools(['prometheus', 'promtool'], {
    root: root(),
    bundle: () => made,
    sources: [go],
    env: { PROMHA_TOOLS_SKIP: 'PATH' },
  });

test('both programs come from one build of the pinned module, in a copy with what it lacks', async () => {
  const tools = await built();
  expect(Object.values(tools).map(({ version, source }) => [version, source])).toEqual([
    ['3.15.0', 'go'],
    ['3.15.0', 'go'],
  ]);
  const builds = calls().filter((line) => line.includes('|build '));
  expect(builds).toHaveLength(1);
  expect(builds[0]).toMatch(/-tags netgo -ldflags -s -w -o \S+\/bin\/ \.\/cmd\/prometheus \.\/cmd\/promtool$/);
  expect(calls().some((line) => line.endsWith('|mod download -json example.org/x@v0.315.0'))).toBe(true);
  const kept = (file: string): Buffer => readFileSync(join(dir, 'kept', file));
  expect([
    gunzipSync(kept('ui/index.html.gz')).toString(),
    brotliDecompressSync(kept('ui/index.html.br')).toString(),
  ]).toEqual(['page', 'page']);
  expect(kept('ui/embed.go').toString()).toBe('package ui');
});

test("Go's caches are below ours and gone afterwards; a go.work and a C compiler have no say", async () => {
  await built();
  for (const line of calls().filter((l) => !l.includes('|env '))) {
    const [, cache, modules, path, work, cgo] = line.split('|');
    for (const file of [cache, modules, path]) expect(file!.startsWith(join(root(), 'go'))).toBe(true);
    expect([work, cgo]).toEqual(['off', '0']);
  }
  expect(existsSync(join(root(), 'go'))).toBe(false);
});

test('a module that is not what was pinned is refused', async () => {
  const other = { ...bundle, go: { ...bundle.go!, module: { ...bundle.go!.module, sum: 'h1:pinned' } } };
  await expect(built(other)).rejects.toThrow(/is not what was pinned: h1:right, expected h1:pinned; refused/);
  expect(calls().some((line) => line.includes('|build '))).toBe(false);
});

test('a Go that cannot get a newer one by itself is named, with what to install', async () => {
  process.env.GO_VERSION = 'go1.19.8';
  await expect(built()).rejects.toThrow(/Go 1\.19\.8 is too old: install Go 1\.21 or newer/);
});
