import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { buildProgress } from '../../../../local/tools/go';
import { ifItCanBeHad, onThisMachine } from '../../../../local/tools/optional';
import { resolveTools } from '../../../../local/tools/resolve';
import { NotThere, type Source } from '../../../../local/tools/source';
import type { Bundle, SourceName, ToolName } from '../../../../local/tools/types';

let directory: string;
let asked: string[];
const oldPath = process.env.PATH;

const bundle: Bundle = {
  name: 'fake',
  tools: ['promtool'],
  pinned: '3.0.0',
  minimum: '2.0.0',
  oldest: '1.0.0',
  versionArgs: ['--version'],
};

function program(file: string, version: string): string {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho "fake, version ${version}"\n`);
  chmodSync(file, 0o755);
  return file;
}

/** Delivers that version, or fails with the given reason. */
function source(name: SourceName, outcome: string | Error): Source {
  return {
    name,
    async deliver(_, { directory: into, verify }) {
      asked.push(name);
      if (outcome instanceof Error) throw outcome;
      const programs = { promtool: { path: program(path.join(into, 'bin/promtool'), outcome), env: {} } };
      await verify(programs);
      return { programs };
    },
  };
}

async function get(sources: Source[], env: Record<string, string> = {}) {
  const lines: string[] = [];
  const options = {
    root: path.join(directory, 'cache'),
    bundle: () => bundle,
    sources,
    env,
    onProgress: (line: string) => lines.push(line),
  };
  return { tool: (await resolveTools(['promtool'] as ToolName[], options)).promtool, lines };
}

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'promha-tools-'));
  asked = [];
  mkdirSync(path.join(directory, 'bin'));
  // /bin for sh and echo; no promtool is installed there on a test machine.
  process.env.PATH = `${path.join(directory, 'bin')}:/bin`;
});

afterEach(() => {
  process.env.PATH = oldPath;
  rmSync(directory, { recursive: true, force: true });
});

test('the cache is asked before PATH, PATH before any download', async () => {
  await get([source('release', '3.0.0')], { PROMHA_TOOLS_SKIP: 'PATH' });
  program(path.join(directory, 'bin/promtool'), '2.5.0');
  expect((await get([source('release', '3.0.0')])).tool).toMatchObject({ version: '3.0.0', source: 'release' });
  const { tool } = await get([source('release', '3.0.0')], { PROMHA_TOOLS_SKIP: 'cache' });
  expect(tool).toMatchObject({ version: '2.5.0', source: 'PATH', path: path.join(directory, 'bin/promtool') });
  expect(asked).toEqual(['release']);
});

test('sources are tried in order until one delivers; an older one is noted', async () => {
  const { tool, lines } = await get([
    source('release', new Error('out of reach')),
    source('debian', '1.5.0'),
    source('go', '3.0.0'),
  ]);
  expect(asked).toEqual(['release', 'debian']);
  expect(tool.source).toBe('debian');
  expect(tool.note).toBe('promtool 1.5.0 (debian) is older than the pinned 3.0.0');
  expect(lines).toContain('fake: release: out of reach');
});

test('a version that is too old is passed over, on PATH and elsewhere', async () => {
  program(path.join(directory, 'bin/promtool'), '1.9.0');
  const { tool } = await get([source('debian', '0.9.0'), source('go', '3.0.0')]);
  expect(tool).toMatchObject({ version: '3.0.0', source: 'go' });
  expect(tool.note).toBeUndefined();
});

test('a cached copy that does not run is got again', async () => {
  const { tool } = await get([source('release', '3.0.0')]);
  writeFileSync(tool.path, 'damaged');
  const again = await get([source('release', '3.0.0')]);
  expect(again.tool.version).toBe('3.0.0');
  expect(again.lines.join()).toContain('the cached copy does not run and is got again');
  expect(asked).toEqual(['release', 'release']);
});

test('what can be done without is looked for, but not fetched, nor waited for', async () => {
  const options = { root: path.join(directory, 'cache'), bundle: () => bundle, env: {} };
  mkdirSync(options.root);
  // Somebody is getting it just now, which may take minutes.
  writeFileSync(path.join(options.root, 'fake.lock'), String(process.pid));
  expect(await onThisMachine('promtool', options)).toBeNull();
  program(path.join(directory, 'bin/promtool'), '3.0.0');
  expect(await onThisMachine('promtool', options)).toMatchObject({ version: '3.0.0', source: 'PATH' });
});

test('what cannot be had is said, and done without; a wrong override is still an error', async () => {
  const said: string[] = [];
  const options = {
    root: path.join(directory, 'cache'),
    bundle: () => bundle,
    sources: [source('go', new Error('go is not installed'))],
    env: {},
    onProgress: (line: string) => said.push(line),
  };
  expect(await ifItCanBeHad('promtool', options)).toBeNull();
  expect(said.join()).toContain('go: go is not installed');
  const wrong = { ...options, env: { PROMHA_TOOL_PROMTOOL: '/nowhere' } };
  await expect(ifItCanBeHad('promtool', wrong)).rejects.toThrow(/cannot be used/);
});

test('what a killed process left half done is removed, what a living one does is not', async () => {
  const tmp = path.join(directory, 'cache', 'tmp');
  const [dead, alive] = [path.join(tmp, 'thanos.99999999.0123abcd'), path.join(tmp, `thanos.${process.pid}.0123abcd`)];
  for (const half of [dead, alive]) mkdirSync(half, { recursive: true });
  await get([source('release', '3.0.0')]);
  expect([existsSync(dead), existsSync(alive)]).toEqual([false, true]);
});

test('two at once fetch it once, and leave no scratch behind', async () => {
  const both = await Promise.all([get([source('release', '3.0.0')]), get([source('release', '3.0.0')])]);
  expect(both.map(({ tool }) => tool.version)).toEqual(['3.0.0', '3.0.0']);
  expect(asked).toEqual(['release']);
  expect(existsSync(path.join(directory, 'cache', 'fake.lock'))).toBe(false);
});

test("a dead process's lock is taken over", async () => {
  mkdirSync(path.join(directory, 'cache'));
  // Beyond the largest pid that Linux gives.
  writeFileSync(path.join(directory, 'cache', 'fake.lock'), '99999999');
  expect((await get([source('release', '3.0.0')])).tool.version).toBe('3.0.0');
});

test('a failure names every source tried and what to do; sources without it stay silent', async () => {
  const failing = get(
    [
      source('release', new Error('x is out of reach (ENOTFOUND)')),
      source('debian', new NotThere()),
      source('go', new Error('go is not installed')),
    ],
    { PROMHA_TOOLS_SKIP: 'cache' },
  );
  const { message } = await failing.then(
    () => new Error('it succeeded'),
    (error: Error) => error,
  );
  expect(message).toContain('promtool could not be found or got');
  expect(message).toContain('cache: skipped by PROMHA_TOOLS_SKIP');
  expect(message).toContain('PATH: promtool is not on PATH');
  expect(message).toContain('release: x is out of reach (ENOTFOUND)');
  expect(message).toContain('go: go is not installed');
  expect(message).not.toContain('debian');
  expect(message).toContain('PROMHA_TOOL_PROMTOOL=/path/to/promtool');
});

test('an override wins over everything; one that cannot be used is an error, not a fall-back', async () => {
  const own = program(path.join(directory, 'own'), '1.2.0');
  expect((await get([source('release', '3.0.0')], { PROMHA_TOOL_PROMTOOL: own })).tool.path).toBe(own);
  await expect(get([source('release', '3.0.0')], { PROMHA_TOOL_PROMTOOL: '/nowhere' })).rejects.toThrow(
    /PROMHA_TOOL_PROMTOOL.*cannot be used/,
  );
  await expect(get([], { PROMHA_TOOLS_SKIP: 'releases' })).rejects.toThrow(/unknown source/);
  expect(asked).toEqual([]);
});

test('a build tells how far it is, now and then', () => {
  const said: string[] = [];
  let now = 0;
  const line = buildProgress(
    (text) => said.push(text),
    () => now,
  );
  line('go: downloading golang.org/x/net v0.50.0');
  line('golang.org/x/net/http2');
  now = 16_000;
  line('google.golang.org/grpc');
  line('google.golang.org/grpc/codes');
  expect(said).toEqual(['1 modules fetched, 2 packages built in 16 s']);
});
