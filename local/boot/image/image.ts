import { existsSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { withLock } from '../../tools/cache/lock';
import { cacheRoot, openCache } from '../../tools/cache/root';
import { putInPlace, scratchDirectory } from '../../tools/cache/scratch';
import { hostRelease, openApt, type Apt } from '../../tools/debian/apt';
import { pinnedPackages } from '../../tools/pin/python/requirements';
import { run } from '../../tools/process/run';
import type { ResolvedTool } from '../../tools';
import { imageName, onEc2, recipe, type Recipe } from './recipe';

const EC2_SOURCE = 'usr/lib/python3/dist-packages/cloudinit/sources/DataSourceEc2.py';
const NEEDED_BYTES = 1.5e9;
const MINUTES = 60_000;

interface Building {
  readonly mmdebstrap: ResolvedTool;
  readonly signal: AbortSignal;
  readonly onProgress: (line: string) => void;
}

/** The root directory that instances boot from, read-only, made when it is not in the cache. Needs root. */
export async function rootImage({ mmdebstrap, signal, onProgress }: Building): Promise<string> {
  const root = cacheRoot();
  const how = recipe((await hostRelease()).codename);
  const target = join(root, imageName(how));
  if (existsSync(target)) return target;
  await openCache(root, NEEDED_BYTES);
  // One apt at a time: it locks its own lists and fails instead of waiting.
  return withLock(root, 'apt', { onProgress, signal }, async () => {
    // Whoever held the lock may have made it.
    if (existsSync(target)) return target;
    const directory = await scratchDirectory(root, 'boot-root');
    try {
      const apt = await openApt({ root, directory, env: process.env, signal, onProgress, verify: neverAsked });
      onProgress(`root of instances: ${how.suite}, cloud-init, systemd, AWS CLI; once, about a minute`);
      await make(directory, how, apt, { mmdebstrap, signal, onProgress });
      await putInPlace(root, directory, target);
      return target;
    } finally {
      await fs.rm(directory, { recursive: true, force: true });
    }
  });
}

const neverAsked = (): Promise<string> => Promise.reject(new Error('a root is no program'));

async function make(directory: string, how: Recipe, apt: Apt, { mmdebstrap, signal }: Building): Promise<void> {
  const env = { PATH: `${dirname(mmdebstrap.path)}:${process.env.PATH}`, ...mmdebstrap.env };
  const options = [
    '--mode=root',
    '--variant=minbase',
    `--include=${how.packages.join(',')}`,
    ...['Acquire::Languages "none"', ...apt.proxies.map((line) => line.replace(/;$/, ''))].map(
      (line) => `--aptopt=${line}`,
    ),
    // The tool that leaves them out comes with it.
    ...['doc', 'man', 'locale'].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`),
  ];
  const args = ['-n', '10', mmdebstrap.path, ...options, how.suite, directory, apt.ownArchive];
  await run('nice', args, { timeoutMs: 10 * MINUTES, env, signal });
  await addAwsCli(directory, signal);
  for (const [path, text] of Object.entries(how.files)) {
    await fs.mkdir(dirname(join(directory, path)), { recursive: true });
    await fs.writeFile(join(directory, path), text, { mode: 0o755 });
  }
  const source = join(directory, EC2_SOURCE);
  await fs.writeFile(source, onEc2(await fs.readFile(source, 'utf8')));
  // Each machine has an id of its own from its first boot on.
  await fs.writeFile(join(directory, 'etc/machine-id'), '');
  await fs.mkdir(join(directory, 'opt/from-outside'));
}

/** Pure Python, but for what has a slower form in Python: the root may have another version of it than this machine. */
async function addAwsCli(directory: string, signal: AbortSignal): Promise<void> {
  const venv = join(directory, 'tmp/venv');
  const python = join(venv, 'bin/python');
  await run('python3', ['-m', 'venv', venv], { timeoutMs: 2 * MINUTES, signal });
  const install = ['-m', 'pip', 'install', '--quiet', '--no-input', '--no-compile'];
  const into = ['--target', join(directory, 'opt/awscli'), ...pinnedPackages('awscli')];
  await run(python, [...install, ...into], { timeoutMs: 5 * MINUTES, signal });
  await fs.rm(venv, { recursive: true });
}
