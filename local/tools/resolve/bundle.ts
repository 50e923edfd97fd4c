import * as fs from 'node:fs/promises';
import { bundleDirectory, cachedVersions, readEntry, writeEntry } from '../cache/entry';
import { withLock } from '../cache/lock';
import { openCache } from '../cache/root';
import { putInPlace, scratchDirectory } from '../cache/scratch';
import { UserError } from '../../../lib/contract/errors';
import type { Bundle, Program, ResolvedTool, SourceName, ToolName } from '../catalog/types';
import { compareVersions } from '../catalog/version';
import { NotThere, type Source } from '../sources/source';
import { checkVersions, type Use } from './check';
import { sourcesFor, type Context } from './context';
import { notFound } from './not-found';
import { override } from './override';
import { installed } from './probe';

/** Package lists, one package and what it unpacks to. */
const NEEDED_BYTES = 500e6;

/** One attempt; null when it did not give the tools. */
type Attempt = (source: SourceName, how: () => Promise<ResolvedTool[] | null>) => Promise<ResolvedTool[] | null>;

/** The tools of one bundle: the user's own, the cache's, PATH's, then whatever fetches. @throws UserError */
export async function resolveBundle(
  bundle: Bundle,
  tools: readonly ToolName[],
  context: Context,
): Promise<ResolvedTool[]> {
  const overridden = await Promise.all(tools.map((tool) => override(bundle, tool, context)));
  const done = overridden.filter((tool) => tool !== null);
  const rest = tools.filter((_, i) => overridden[i] === null);
  if (rest.length === 0) return done;
  const tried: string[] = [];
  const attempt = attempts(context, tried);
  const found =
    (await attempt('cache', () => fromCache(bundle, rest, 'wanted', context))) ??
    (await attempt('PATH', () => fromPath(bundle, rest, context))) ??
    (context.sources.length === 0 ? null : await got(bundle, rest, context, attempt, tried));
  if (found === null) throw notFound(bundle, rest, [...new Set(tried)]);
  return [...done, ...found];
}

/** Reasons are collected in `tried`. */
function attempts({ skip, signal }: Context, tried: string[]): Attempt {
  return async (source, how) => {
    if (skip.has(source)) {
      tried.push(`${source}: skipped by PROMHA_TOOLS_SKIP`);
      return null;
    }
    try {
      return await how();
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof UserError) throw error;
      if (!(error instanceof NotThere)) tried.push(`${source}: ${(error as Error).message}`);
      return null;
    }
  };
}

async function got(
  bundle: Bundle,
  tools: readonly ToolName[],
  context: Context,
  attempt: Attempt,
  tried: readonly string[],
): Promise<ResolvedTool[] | null> {
  await openCache(context.root, NEEDED_BYTES);
  return withLock(context.root, bundle.name, context, async () => {
    // Whoever held the lock may have put it there.
    const meanwhile = await attempt('cache', () => fromCache(bundle, tools, 'wanted', context));
    if (meanwhile !== null) return meanwhile;
    for (const source of sourcesFor(bundle, context)) {
      const use = source.name === 'debian' && bundle.exact ? 'stand-in' : 'wanted';
      const standIn = use === 'wanted' ? null : await attempt('cache', () => fromCache(bundle, tools, use, context));
      const before = tried.length;
      const found = standIn ?? (await attempt(source.name, () => fetched(bundle, tools, source, use, context)));
      if (found !== null) return found;
      for (const reason of tried.slice(before)) context.onProgress(`${bundle.name}: ${reason}`);
    }
    return null;
  });
}

/** Null when the cache has no version that would do. */
async function fromCache(
  bundle: Bundle,
  tools: readonly ToolName[],
  use: Use,
  { root, onProgress, signal }: Context,
): Promise<ResolvedTool[] | null> {
  const versions = await cachedVersions(root, bundle.name);
  const candidates = use === 'wanted' && bundle.exact ? versions.filter((v) => v === bundle.pinned) : versions;
  for (const version of candidates) {
    const entry = await readEntry(bundleDirectory(root, bundle.name, version));
    if (entry === null) continue;
    try {
      const found = await checkVersions(bundle, tools, entry.programs, entry.source, use, signal);
      const other = found.find((tool) => compareVersions(tool.version, version) !== 0);
      if (other !== undefined) throw new Error(`it is ${other.version}`);
      return found;
    } catch (error) {
      signal.throwIfAborted();
      onProgress(`${bundle.name}: the cached ${version} is not used (${(error as Error).message})`);
    }
  }
  return null;
}

async function fromPath(bundle: Bundle, tools: readonly ToolName[], { signal }: Context): Promise<ResolvedTool[]> {
  const programs: Partial<Record<ToolName, Program>> = {};
  for (const tool of tools) programs[tool] = await installed(bundle, tool, signal);
  return checkVersions(bundle, tools, programs, 'PATH', 'wanted', signal);
}

async function fetched(
  bundle: Bundle,
  tools: readonly ToolName[],
  source: Source,
  use: Use,
  context: Context,
): Promise<ResolvedTool[]> {
  const { root, env, signal } = context;
  const directory = await scratchDirectory(root, bundle.name);
  const { onProgress } = context;
  context.fetching.add(bundle.name);
  let target: string | undefined;
  try {
    const programs = await source.deliver(bundle, {
      root,
      directory,
      env,
      signal,
      onProgress,
      verify: async (delivered) => {
        const [first] = await checkVersions(bundle, bundle.tools, delivered, source.name, use, signal);
        return (target = bundleDirectory(root, bundle.name, first!.version));
      },
    });
    if (target === undefined) throw new Error(`${source.name} delivered what nobody looked at`);
    await writeEntry(directory, source.name, programs);
    await putInPlace(root, directory, target);
    const entry = await readEntry(target);
    const found = await checkVersions(bundle, tools, entry!.programs, source.name, use, signal);
    onProgress(`${bundle.name}: ${found[0]!.version} is ready (${source.name})`);
    return found;
  } finally {
    context.fetching.delete(bundle.name);
    await fs.rm(directory, { recursive: true, force: true });
  }
}
