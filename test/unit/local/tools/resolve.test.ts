import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { cacheRoot } from '../../../../local/tools/cache/root';
import type { ResolveOptions } from '../../../../local/tools/resolve/context';
import { ifItCanBeHad, onThisMachine } from '../../../../local/tools/resolve/optional';
import { resolveTools } from '../../../../local/tools/resolve/resolve';
import { NotThere, type Source } from '../../../../local/tools/sources/source';
import type { Bundle, SourceName, ToolName } from '../../../../local/tools/catalog/types';

let directory: string;
let asked: string[];
const oldPath = process.env.PATH;

const bundle: Bundle = {
  name: 'fake',
  tools: ['promtool'],
  pinned: '3.0.0',
  exact: true,
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
      return programs;
    },
  };
}

async function get(
  sources: Source[],
  env: Record<string, string> = {},
  more: Pick<ResolveOptions, 'standIns' | 'signal'> & { bundle?: Partial<Bundle> } = {},
) {
  const lines: string[] = [];
  const made: Bundle = { ...bundle, ...more.bundle };
  const options = {
    root: path.join(directory, 'cache'),
    sources,
    env,
    onProgress: (line: string) => lines.push(line),
    ...more,
    bundle: () => made,
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

/** Any version from 1.0.0 on will do. */
const ANY = { bundle: { exact: false } };

test('the cache is asked before PATH, PATH before any download', async () => {
  await get([source('release', '3.0.0')], { PROMHA_TOOLS_SKIP: 'PATH' }, ANY);
  program(path.join(directory, 'bin/promtool'), '2.5.0');
  expect((await get([source('release', '3.0.0')], {}, ANY)).tool).toMatchObject({
    version: '3.0.0',
    source: 'release',
  });
  const { tool } = await get([source('release', '3.0.0')], { PROMHA_TOOLS_SKIP: 'cache' }, ANY);
  expect(tool).toMatchObject({ version: '2.5.0', source: 'PATH', path: path.join(directory, 'bin/promtool') });
  expect(asked).toEqual(['release']);
});

test('of a pinned program, PATH may have the pinned version only', async () => {
  program(path.join(directory, 'bin/promtool'), '3.1.0');
  expect((await get([source('release', '3.0.0')])).tool).toMatchObject({ version: '3.0.0', source: 'release' });
  program(path.join(directory, 'bin/promtool'), '3.0.0');
  expect((await get([], { PROMHA_TOOLS_SKIP: 'cache' })).tool).toMatchObject({ version: '3.0.0', source: 'PATH' });
});

const NO_RELEASE = new Error('out of reach');

test("who waits gets the build of the pinned version; Debian's is asked when it cannot be built", async () => {
  const all = [source('release', NO_RELEASE), source('debian', '1.5.0'), source('go', '3.0.0')];
  const { tool, lines } = await get(all, {}, { standIns: 'last' });
  expect([asked, tool.source, tool.note, tool.standsInFor]).toEqual([['release', 'go'], 'go', undefined, undefined]);
  expect(lines).toContain('fake: release: out of reach');
});

test("who does not wait gets Debian's, named as what it is: by its note and by its place", async () => {
  const all = [source('release', NO_RELEASE), source('debian', '1.5.0'), source('go', '3.0.0')];
  const { tool } = await get(all, {}, { standIns: 'first' });
  expect(asked).toEqual(['release', 'debian']);
  expect(tool).toMatchObject({ version: '1.5.0', source: 'debian', standsInFor: '3.0.0' });
  expect(tool.note).toBe('promtool 1.5.0 (debian) stands in for 3.0.0, which is what is deployed');
  expect(path.relative(path.join(directory, 'cache'), tool.path)).toBe('fake-1.5.0/bin/promtool');
  // Once is enough for it, and it is never taken for the pinned one.
  expect((await get(all, {}, { standIns: 'first' })).tool.version).toBe('1.5.0');
  expect(asked).toEqual(['release', 'debian', 'release']);
  expect((await get(all)).tool.version).toBe('3.0.0');
  expect((await get(all, {}, { standIns: 'first' })).tool.version).toBe('3.0.0');
});

test('a stand-in is the last resort of who waits, and none of who wants the pinned one', async () => {
  const all = [source('debian', '1.5.0'), source('go', new Error('go is not installed'))];
  await expect(get(all, {}, { standIns: 'never' })).rejects.toThrow(/go is not installed/);
  const { tool, lines } = await get(all, {}, { standIns: 'last' });
  expect([asked, tool.version]).toEqual([['go', 'go', 'debian'], '1.5.0']);
  expect(lines).toContain('fake: go: go is not installed');
});

test('what any version does for comes from Debian before it is built', async () => {
  await get([source('go', '3.0.0'), source('debian', '1.5.0')], {}, ANY);
  expect(asked).toEqual(['debian']);
});

test('a version that is too old is passed over, as a stand-in too', async () => {
  program(path.join(directory, 'bin/promtool'), '0.9.0');
  const sources = [source('debian', '0.9.0'), source('go', '3.0.0')];
  expect((await get(sources, {}, { standIns: 'first' })).tool).toMatchObject({ version: '3.0.0', source: 'go' });
});

test('a directory of the cache whose program is another version is not used', async () => {
  const { tool } = await get([source('release', '3.0.0')], {}, ANY);
  program(tool.path, '1.5.0');
  const again = await get([source('release', '3.0.0')], {}, ANY);
  expect([again.tool.version, asked]).toEqual(['3.0.0', ['release', 'release']]);
  expect(again.lines.join()).toContain('the cached 3.0.0 is not used');
});

test('who is stopped gets the reason at once, and no other source is asked', async () => {
  const stop = new AbortController();
  const hanging: Source = {
    name: 'release',
    deliver: (_, { signal }) =>
      new Promise((__, reject) => {
        signal.addEventListener('abort', () => reject(new Error('killed')));
        setImmediate(() => stop.abort(new Error('stopped by SIGINT')));
      }),
  };
  const got = get([hanging, source('go', '3.0.0')], {}, { signal: stop.signal });
  await expect(got).rejects.toThrow('stopped by SIGINT');
  expect(asked).toEqual([]);
  expect(readdirSync(path.join(directory, 'cache', 'tmp'))).toEqual([]);
});

test('one that cannot be had ends the wait for another, and only the first is told', async () => {
  const bundles = { promtool: bundle, amtool: { ...bundle, name: 'slow', tools: ['amtool' as const] } };
  const slow: Source = {
    name: 'go',
    deliver: (wanted, { signal }) =>
      wanted.name === 'slow'
        ? new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('killed'))))
        : Promise.reject(new Error('no Python')),
  };
  const got = resolveTools(['promtool', 'amtool'], {
    root: path.join(directory, 'cache'),
    bundle: (tool) => (tool === 'amtool' ? bundles.amtool : bundles.promtool),
    sources: [slow],
    env: {},
  });
  const { message } = await got.then(
    () => new Error('it succeeded'),
    (error: Error) => error,
  );
  expect(message).toContain('no Python');
  expect(message).not.toContain('amtool');
});

test('a cache that cannot be written, or that would be in the working directory, is an error that says so', async () => {
  writeFileSync(path.join(directory, 'file'), '');
  const root = path.join(directory, 'file', 'cache');
  const got = resolveTools(['promtool'], { root, bundle: () => bundle, sources: [source('go', '3.0.0')], env: {} });
  await expect(got).rejects.toThrow(/the cache for tools cannot be written[^]*XDG_CACHE_HOME/);
  expect(() => cacheRoot({ XDG_CACHE_HOME: 'cache' })).toThrow(/no absolute path[^]*XDG_CACHE_HOME=cache/);
  expect(cacheRoot({ HOME: '/home/x' })).toBe('/home/x/.cache/prometheus-ha/tools');
});

test('a cached copy that does not run is got again', async () => {
  const { tool } = await get([source('release', '3.0.0')]);
  writeFileSync(tool.path, 'corrupted');
  const again = await get([source('release', '3.0.0')]);
  expect(again.tool.version).toBe('3.0.0');
  expect(again.lines.join()).toContain('the cached 3.0.0 is not used');
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

test('what to do about a registry out of reach is not to install its client', async () => {
  const failing = (reason: string): Promise<unknown> =>
    get([source('pypi', new Error(reason))], {}, { bundle: { pypi: { package: 'moto' } } });
  await expect(failing('python3 is not installed')).rejects.toThrow(/fix: {6}install Python/);
  await expect(failing('the index is out of reach (ENOTFOUND)')).rejects.toThrow(/fix: {6}check the network/);
});
