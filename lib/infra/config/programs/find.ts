import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { z } from 'zod';

/** What the project calls to check a configuration. */
export interface Checker {
  readonly path: string;
  /** To be added to its environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly version: string;
  /** Of its own, before each command. */
  readonly flags?: readonly string[];
}
export type CheckerName = 'promtool' | 'amtool';

/** The bundle of the local run's cache in which each comes (local/tools/catalog). */
const BUNDLE = { promtool: 'prometheus', amtool: 'alertmanager' } as const;
const entry = z.object({
  programs: z.record(z.string(), z.object({ path: z.string(), env: z.record(z.string(), z.string()) })),
});

/**
 * A program that this machine has: the user's own (PROMHA_TOOL_…), the version that is deployed from the local run's
 * cache, PATH's, another of the cache. Null when there is none; nothing is fetched.
 */
export function findChecker(name: CheckerName, deployed: string, env: NodeJS.ProcessEnv = process.env): Checker | null {
  const own = env[`PROMHA_TOOL_${name.toUpperCase()}`];
  const cached = cachedIn(name, env);
  const candidates = [
    ...(own ? [{ path: own, env: {} }] : []),
    ...cached.filter(({ version }) => version === deployed),
    ...(env.PATH ?? '')
      .split(delimiter)
      .filter((dir) => isAbsolute(dir))
      .map((dir) => ({ path: join(dir, name), env: {} })),
    ...cached,
  ];
  for (const { path, env: more } of candidates) {
    if (!existsSync(path)) continue;
    const said = spawnSync(path, ['--version'], { encoding: 'utf8', env: { ...env, ...more }, timeout: 10_000 });
    const version = /version (\d+\.\d+\.\d+)/.exec(`${said.stdout}${said.stderr}`)?.[1];
    if (said.status === 0 && version !== undefined) return { path, env: more, version };
  }
  return null;
}

interface Cached extends Omit<Checker, 'version'> {
  readonly version: string;
}

function cachedIn(name: CheckerName, env: NodeJS.ProcessEnv): Cached[] {
  const root = join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'prometheus-ha', 'tools');
  const begins = `${BUNDLE[name]}-`;
  const directories = existsSync(root) ? readdirSync(root).filter((dir) => dir.startsWith(begins)) : [];
  return directories
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .flatMap((directory) => {
      const program = entryOf(join(root, directory, 'entry.json'))?.programs[name];
      if (program === undefined) return [];
      const path = join(root, directory, program.path);
      return [{ path, env: program.env, version: directory.slice(begins.length) }];
    });
}

/** Null when there is none that can be read: the local run gets it again. */
function entryOf(file: string): z.output<typeof entry> | null {
  if (!existsSync(file)) return null;
  try {
    const parsed = entry.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
