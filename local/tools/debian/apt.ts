import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { mainArchive, oneLine, parseDeb822, parseOneLine, type AptSource } from './apt-sources';
import type { BuildPlace } from '../sources/source';
import { requireReachable } from '../process/reach';
import { run } from '../process/run';

/** An apt of our own: its lists and its state live in the cache, nothing is installed, no root is needed. */
export interface Apt {
  /** Suites that can be asked, the machine's own one last. */
  readonly suites: readonly string[];
  readonly ownSuite: string;
  /** The machine's own archive, as a line of sources.list. */
  readonly ownArchive: string;
  /** Where the machine's apt has a proxy: settings that name it. */
  readonly proxies: readonly string[];
  /** Downloads `package` as of `suite` into `directory`. @returns path of the .deb */
  download(pkg: string, suite: string, directory: string): Promise<string>;
  /** Names of the packages that it depends on. */
  dependencies(pkg: string, suite: string): Promise<string[]>;
}

const LISTS_STALE_MS = 12 * 3_600_000;
const NEWER_SUITES = ['sid', 'trixie'];

/** @throws Error when this is no Debian-like machine */
export async function openApt({ root, onProgress, signal }: BuildPlace, aptEtc = '/etc/apt'): Promise<Apt> {
  const { codename: ownSuite, id } = await hostRelease();
  const archive = mainArchive(await readSources(aptEtc), ownSuite);
  if (archive === null) throw new Error(`apt's sources in ${aptEtc} name no main archive of "${ownSuite}"`);
  const newer = id === 'debian' ? NEWER_SUITES.filter((suite) => suite !== ownSuite) : [];
  const suites = [...newer, ownSuite];
  const home = path.join(root, 'apt');
  await writeConfiguration(home, suites.map((suite) => oneLine(archive, suite)).join('\n'));
  // After the machine's own configuration, which may name a proxy or credentials.
  const apt = (program: string, args: string[], cwd?: string): Promise<string> =>
    run(program, ['-c', path.join(home, 'apt.conf'), ...args], {
      timeoutMs: 300_000,
      cwd,
      env: { LC_ALL: 'C' },
      signal,
    });

  async function update(): Promise<void> {
    onProgress(`debian: reading the package lists of ${suites.join(', ')}`);
    // A suite that the mirror lacks is an error of apt's, and none of ours while another suite answers.
    await apt('apt-get', ['-q', 'update']).catch(async (error: Error) => {
      signal.throwIfAborted();
      if ((await listAge(home)) === Infinity) throw error;
      onProgress(`debian: not every suite answered (${error.message})`);
    });
    await fs.writeFile(path.join(home, 'updated'), '');
  }
  // A proxy of apt's own is for apt to find.
  const dumped = await apt('apt-config', ['dump', '--no-empty', 'Acquire']);
  const proxies = dumped.split('\n').filter((line) => /^Acquire::https?::Proxy/.test(line));
  if (proxies.length === 0 && /^https?:/.test(archive.uri)) await requireReachable(archive.uri);
  if ((await listAge(home)) > LISTS_STALE_MS) await update();
  let fresh = false;

  async function download(pkg: string, suite: string, directory: string): Promise<string> {
    try {
      await apt('apt-get', ['-q', 'download', `${pkg}/${suite}`], directory);
    } catch (error) {
      // sid moves on and drops what the lists still name.
      signal.throwIfAborted();
      if (fresh) throw error;
      fresh = true;
      await update();
      await apt('apt-get', ['-q', 'download', `${pkg}/${suite}`], directory);
    }
    const deb = (await fs.readdir(directory)).find((file) => file.startsWith(`${pkg}_`) && file.endsWith('.deb'));
    if (deb === undefined) throw new Error(`apt-get downloaded no ${pkg}`);
    return path.join(directory, deb);
  }
  async function dependencies(pkg: string, suite: string): Promise<string[]> {
    const shown = await apt('apt-cache', ['show', `${pkg}/${suite}`]);
    const depends = /^(?:Pre-)?Depends: (.*)$/m.exec(shown)?.[1] ?? '';
    return depends
      .split(/[,|]/)
      .map((word) => word.trim().split(/[\s:(]/)[0]!)
      .filter((name) => name !== '');
  }
  return { suites, ownSuite, ownArchive: oneLine(archive, ownSuite), proxies, download, dependencies };
}

/** Of this machine's distribution; empty where it does not say. */
export async function hostRelease(): Promise<{ readonly id: string; readonly codename: string }> {
  const release = await fs.readFile('/etc/os-release', 'utf8').catch(() => '');
  const field = (name: string): string => new RegExp(`^${name}="?([^"\n]*)"?$`, 'm').exec(release)?.[1] ?? '';
  return { id: field('ID'), codename: field('VERSION_CODENAME') };
}

async function readSources(etc: string): Promise<AptSource[]> {
  const parts = path.join(etc, 'sources.list.d');
  const files = [
    path.join(etc, 'sources.list'),
    ...(await fs.readdir(parts).catch(() => [])).map((file) => path.join(parts, file)),
  ];
  const texts = await Promise.all(
    files.map(async (file) => [file, await fs.readFile(file, 'utf8').catch(() => '')] as const),
  );
  return texts.flatMap(([file, text]) =>
    file.endsWith('.sources') ? parseDeb822(text) : file.endsWith('.list') ? parseOneLine(text) : [],
  );
}

async function writeConfiguration(home: string, sources: string): Promise<void> {
  await fs.mkdir(path.join(home, 'state/lists/partial'), { recursive: true });
  await fs.mkdir(path.join(home, 'cache/archives/partial'), { recursive: true });
  await fs.writeFile(path.join(home, 'state/status'), '');
  await fs.writeFile(path.join(home, 'sources.list'), `${sources}\n`);
  await fs.writeFile(
    path.join(home, 'apt.conf'),
    [
      `Dir::State "${home}/state";`,
      `Dir::State::status "${home}/state/status";`,
      `Dir::Cache "${home}/cache";`,
      // Container images switch these off; without them every call parses all lists again.
      'Dir::Cache::pkgcache "pkgcache.bin";',
      'Dir::Cache::srcpkgcache "srcpkgcache.bin";',
      `Dir::Etc::sourcelist "${home}/sources.list";`,
      'Dir::Etc::sourceparts "-";',
      // As root apt would drop to a user that cannot read a cache in root's home.
      'APT::Sandbox::User "root";',
      'Acquire::Languages "none";',
      'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";',
      'Acquire::http::Timeout "20";',
      'Acquire::https::Timeout "20";',
      'Acquire::Retries "2";',
      // Hooks of the machine are about its own lists.
      '#clear APT::Update::Pre-Invoke;',
      '#clear APT::Update::Post-Invoke;',
      '#clear APT::Update::Post-Invoke-Success;',
      '',
    ].join('\n'),
  );
}

/** ms since the lists were read, Infinity when there are none. */
async function listAge(home: string): Promise<number> {
  const lists = await fs.readdir(path.join(home, 'state/lists'));
  if (!lists.some((file) => file.includes('_Packages'))) return Infinity;
  const updated = await fs.stat(path.join(home, 'updated')).catch(() => null);
  return updated === null ? Number.MAX_SAFE_INTEGER : Date.now() - updated.mtimeMs;
}
