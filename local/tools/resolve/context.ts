import { UserError } from '../../../lib/contract/errors';
import { cacheRoot } from '../cache/root';
import { bundleOf } from '../catalog/catalog';
import { SOURCES, type Bundle, type Progress, type SourceName, type ToolName } from '../catalog/types';
import { debian } from '../debian/debian';
import { go } from '../sources/go';
import { npm } from '../sources/npm';
import { pypi } from '../sources/pypi';
import { release } from '../sources/release';
import type { Source } from '../sources/source';

/**
 * When another version may stand in for a pinned one that would have to be built, which takes minutes:
 * before it is built, only where it cannot be built, or not at all.
 */
export type StandIns = 'first' | 'last' | 'never';

export interface ResolveOptions {
  readonly onProgress?: Progress;
  /** Ends what is under way within a second or so. */
  readonly signal?: AbortSignal;
  /** @default 'last' */
  readonly standIns?: StandIns;
  /** @default cacheRoot() */
  readonly root?: string;
  /** What fetches, in this order; none: only what this machine has already. @default release, npm, Go, Debian, PyPI */
  readonly sources?: readonly Source[];
  /** @default catalog.ts */
  readonly bundle?: (tool: ToolName) => Bundle;
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
}

export interface Context {
  readonly root: string;
  readonly sources: readonly Source[];
  readonly standIns: StandIns;
  readonly env: NodeJS.ProcessEnv;
  readonly skip: ReadonlySet<SourceName>;
  readonly onProgress: Progress;
  readonly signal: AbortSignal;
  /** Bundles that are being got just now. */
  readonly fetching: Set<string>;
}

/** @throws UserError */
export function contextOf(options: ResolveOptions, signal: AbortSignal, onProgress: Progress): Context {
  const env = options.env ?? process.env;
  return {
    root: options.root ?? cacheRoot(env),
    sources: options.sources ?? [release, npm, go, debian, pypi],
    standIns: options.standIns ?? 'last',
    env,
    skip: skipped(env),
    onProgress,
    signal,
    fetching: new Set(),
  };
}

/** In which order a bundle is asked for: what any version does for comes from where it is had soonest. */
export function sourcesFor(bundle: Bundle, { sources, standIns }: Context): readonly Source[] {
  if (bundle.exact && standIns === 'never') return sources.filter(({ name }) => name !== 'debian');
  const late = bundle.exact && standIns === 'last' ? 'debian' : 'go';
  return [...sources.filter(({ name }) => name !== late), ...sources.filter(({ name }) => name === late)];
}

export const groupByBundle = (
  names: readonly ToolName[],
  find: (tool: ToolName) => Bundle = bundleOf,
): ReadonlyMap<Bundle, readonly ToolName[]> => {
  const groups = new Map<Bundle, ToolName[]>();
  for (const name of new Set(names)) groups.set(find(name), [...(groups.get(find(name)) ?? []), name]);
  return groups;
};

function skipped(env: NodeJS.ProcessEnv): ReadonlySet<SourceName> {
  const names = (env.PROMHA_TOOLS_SKIP ?? '').split(',').filter((name) => name !== '');
  const known = SOURCES.filter((name) => names.includes(name));
  const unknown = names.filter((name) => !(SOURCES as readonly string[]).includes(name));
  if (unknown.length === 0) return new Set(known);
  throw new UserError({
    what: 'PROMHA_TOOLS_SKIP names an unknown source',
    got: unknown.join(', '),
    expected: SOURCES.join(', '),
    fix: 'correct or unset it',
  });
}
