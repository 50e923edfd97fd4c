import * as fs from 'node:fs/promises';
import { UserError } from '../../lib/contract/errors';
import { cacheRoot, putInPlace, requireSpace, scratchDirectory, withLock } from './cache';
import { bundleOf } from './catalog';
import { debian } from './debian';
import { bundleDirectory, readEntry, resolved, writeEntry } from './entry';
import { go } from './go';
import { installed, probe, withPython } from './probe';
import { pypi } from './pypi';
import { release } from './release';
import { NotThere, type Delivery, type Source } from './source';
import {
  SOURCES,
  type Bundle,
  type Program,
  type Progress,
  type ResolvedTool,
  type SourceName,
  type ToolName,
} from './types';

export interface ResolveOptions {
  readonly onProgress?: Progress;
  /** @default cacheRoot() */
  readonly root?: string;
  /** What fetches, in this order; none: only what this machine has already. @default release, Debian, Go, PyPI */
  readonly sources?: readonly Source[];
  /** @default catalog.ts */
  readonly bundle?: (tool: ToolName) => Bundle;
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
}

interface Context {
  readonly root: string;
  readonly sources: readonly Source[];
  readonly env: NodeJS.ProcessEnv;
  readonly skip: ReadonlySet<string>;
  readonly onProgress: Progress;
}

/**
 * Finds or gets the programs: an override (PROMHA_TOOL_<NAME>), the cache, PATH, then whatever fetches.
 * @throws UserError that lists every source tried, with its reason
 */
export async function resolveTools<N extends ToolName>(
  names: readonly N[],
  options: ResolveOptions = {},
): Promise<Record<N, ResolvedTool>> {
  const env = options.env ?? process.env;
  const context: Context = {
    root: options.root ?? cacheRoot(env),
    sources: options.sources ?? [release, debian, go, pypi],
    env,
    skip: skipped(env),
    onProgress: options.onProgress ?? (() => undefined),
  };
  const groups = new Map<Bundle, ToolName[]>();
  for (const name of new Set(names)) {
    const bundle = (options.bundle ?? bundleOf)(name);
    groups.set(bundle, [...(groups.get(bundle) ?? []), name]);
  }
  const results = await Promise.allSettled([...groups].map(([bundle, tools]) => resolveBundle(bundle, tools, context)));
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []));
  if (failures.length === 1) throw failures[0]!;
  if (failures.length > 1) throw new UserError({ what: failures.map((failure) => failure.message).join('\n') });
  const tools = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
  return Object.fromEntries(tools.map((tool) => [tool.name, tool])) as Record<N, ResolvedTool>;
}

async function resolveBundle(bundle: Bundle, wanted: readonly ToolName[], context: Context): Promise<ResolvedTool[]> {
  const overridden = await Promise.all(wanted.map((tool) => override(bundle, tool, context.env)));
  const rest = wanted.filter((_, i) => overridden[i] === null);
  const done = overridden.filter((tool) => tool !== null);
  if (rest.length === 0) return done;

  const tried: string[] = [];
  const attempt = async (
    source: SourceName,
    how: () => Promise<ResolvedTool[] | null>,
  ): Promise<ResolvedTool[] | null> => {
    if (context.skip.has(source)) {
      tried.push(`${source}: skipped by PROMHA_TOOLS_SKIP`);
      return null;
    }
    try {
      return await how();
    } catch (error) {
      if (error instanceof UserError) throw error;
      if (!(error instanceof NotThere)) tried.push(`${source}: ${(error as Error).message}`);
      return null;
    }
  };
  const cached = (): Promise<ResolvedTool[] | null> => attempt('cache', () => fromCache(bundle, rest, context));
  const found =
    (await cached()) ??
    (await attempt('PATH', () => fromPath(bundle, rest))) ??
    (context.sources.length === 0
      ? null
      : await withLock(context.root, bundle.name, context.onProgress, async () => {
          // Whoever held the lock may have put it there.
          const meanwhile = await attempt('cache', () => fromCache(bundle, rest, context));
          if (meanwhile !== null) return meanwhile;
          await requireSpace(context.root);
          for (const source of context.sources) {
            const got = await attempt(source.name, () => fetch(bundle, rest, source, context));
            if (got !== null) return got;
            const reason = tried.at(-1);
            if (reason?.startsWith(`${source.name}:`)) context.onProgress(`${bundle.name}: ${reason}`);
          }
          return null;
        }));
  if (found === null) throw notFound(bundle, rest, [...new Set(tried)]);
  return [...done, ...found];
}

async function fromCache(
  bundle: Bundle,
  tools: readonly ToolName[],
  { root, onProgress }: Context,
): Promise<ResolvedTool[] | null> {
  const entry = await readEntry(bundleDirectory(root, bundle));
  if (entry === null) return null;
  try {
    return await check(bundle, tools, entry.programs, bundle.oldest, entry.source);
  } catch (error) {
    onProgress(`${bundle.name}: the cached copy does not run and is got again (${(error as Error).message})`);
    throw error;
  }
}

async function fromPath(bundle: Bundle, tools: readonly ToolName[]): Promise<ResolvedTool[]> {
  const programs: Partial<Record<ToolName, Program>> = {};
  for (const tool of tools) programs[tool] = await installed(bundle, tool);
  return check(bundle, tools, programs, bundle.minimum, 'PATH');
}

async function fetch(
  bundle: Bundle,
  tools: readonly ToolName[],
  source: Source,
  context: Context,
): Promise<ResolvedTool[]> {
  const { root, onProgress } = context;
  const target = bundleDirectory(root, bundle);
  const directory = await scratchDirectory(root, bundle.name);
  try {
    const verify = async (programs: Delivery['programs']): Promise<void> => {
      await check(bundle, bundle.tools, programs, bundle.oldest, source.name);
    };
    const { programs } = await source.deliver(bundle, { root, directory, target, onProgress, verify });
    await writeEntry(directory, source.name, programs);
    await putInPlace(root, directory, target);
    const entry = await readEntry(target);
    const got = await check(bundle, tools, entry!.programs, bundle.oldest, source.name);
    onProgress(`${bundle.name}: ${got[0]!.version} is ready (${source.name})`);
    return got;
  } finally {
    await fs.rm(directory, { recursive: true, force: true });
  }
}

async function check(
  bundle: Bundle,
  tools: readonly ToolName[],
  programs: Delivery['programs'],
  atLeast: string,
  source: SourceName,
): Promise<ResolvedTool[]> {
  return Promise.all(
    tools.map(async (tool) => {
      const program = programs[tool];
      if (program === undefined) throw new Error(`it holds no ${tool}`);
      return resolved(bundle, tool, program, await probe(bundle, tool, program, atLeast), source);
    }),
  );
}

/** The environment variable that names a program of the user's own. */
export function overrideVariable(tool: ToolName): string {
  return `PROMHA_TOOL_${tool.toUpperCase().replaceAll('-', '_')}`;
}

async function override(bundle: Bundle, tool: ToolName, env: NodeJS.ProcessEnv): Promise<ResolvedTool | null> {
  const variable = overrideVariable(tool);
  const path = env[variable];
  if (!path) return null;
  try {
    const check = bundle.pypi?.importCheck;
    const program = check === undefined ? { path, env: {} } : await withPython(path, check);
    return resolved(bundle, tool, program, await probe(bundle, tool, program, bundle.oldest), 'PATH');
  } catch (error) {
    throw new UserError({
      what: `${variable} names a program that cannot be used`,
      got: `${path} (${(error as Error).message})`,
      expected: `${tool} of version ${bundle.oldest} or newer`,
      fix: `correct ${variable}, or unset it`,
    });
  }
}

function skipped(env: NodeJS.ProcessEnv): Set<string> {
  const names = (env.PROMHA_TOOLS_SKIP ?? '').split(',').filter((name) => name !== '');
  const unknown = names.filter((name) => !(SOURCES as readonly string[]).includes(name));
  if (unknown.length === 0) return new Set(names);
  throw new UserError({
    what: 'PROMHA_TOOLS_SKIP names an unknown source',
    got: unknown.join(', '),
    expected: SOURCES.join(', '),
    fix: 'correct or unset it',
  });
}

/** Nowhere, from no source. */
export class ToolNotFound extends UserError {}

function notFound(bundle: Bundle, tools: readonly ToolName[], tried: readonly string[]): ToolNotFound {
  return new ToolNotFound({
    what: `${tools.join(' and ')} could not be found or got`,
    got: ['tried', ...tried.map((line) => `    ${line}`)].join('\n'),
    expected: `version ${bundle.minimum} or newer${bundle.below === undefined ? '' : `, below ${bundle.below}`}`,
    fix: `install ${bundle.name} so that it is on PATH, or set ${tools.map((tool) => `${overrideVariable(tool)}=/path/to/${tool}`).join(' ')}`,
  });
}
