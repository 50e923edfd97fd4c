import { UserError } from '../../../lib/contract/errors';
import type { ResolvedTool, ToolName } from '../catalog/types';
import { resolveBundle } from './bundle';
import { toldTools } from './told';
import { contextOf, groupByBundle, type Context, type ResolveOptions } from './context';

/** When one tool cannot be had, others may still find out the same within this time; then all are told. */
const GRACE_MS = 1_000;
const SILENT_MS = 15_000;

/**
 * Finds or gets the programs: an override (PROMHA_TOOL_<NAME>), the cache, PATH, then whatever fetches. The first that
 * cannot be had ends what is under way for others.
 * @throws UserError that lists every source tried, with its reason; the signal's reason
 */
export async function resolveTools<N extends ToolName>(
  names: readonly N[],
  options: ResolveOptions = {},
): Promise<Record<N, ResolvedTool>> {
  const { signal, root, bundle, env } = options;
  signal?.throwIfAborted();
  const known = root === undefined && bundle === undefined && env === undefined ? toldTools() : [];
  const wanted = names.filter((name) => !known.some((tool) => tool.name === name));
  const stop = new AbortController();
  let grace: NodeJS.Timeout | undefined;
  const givenUp = new Error('another tool could not be had');
  const said = { at: Date.now() };
  const context = contextOf(options, stop.signal, (line) => {
    said.at = Date.now();
    options.onProgress?.(line);
  });
  const abort = (): void => stop.abort(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  const life = signsOfLife(context, said);
  try {
    const results = await Promise.allSettled(
      [...groupByBundle(wanted, bundle)].map(async ([bundle, tools]) => {
        try {
          return await resolveBundle(bundle, tools, context);
        } catch (error) {
          grace ??= setTimeout(() => stop.abort(givenUp), GRACE_MS);
          throw error;
        }
      }),
    );
    signal?.throwIfAborted();
    const failures = results
      .flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []))
      .filter((error) => error !== givenUp);
    if (failures.length === 1) throw failures[0]!;
    if (failures.length > 1) throw new UserError({ what: failures.map((failure) => failure.message).join('\n') });
    const found = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    const tools = [...known.filter((tool) => names.some((name) => name === tool.name)), ...found];
    return Object.fromEntries(tools.map((tool) => [tool.name, tool])) as Record<N, ResolvedTool>;
  } finally {
    clearTimeout(grace);
    clearInterval(life);
    signal?.removeEventListener('abort', abort);
  }
}

/** Who waits sees every now and then that something goes on. */
function signsOfLife({ fetching, onProgress }: Context, said: { readonly at: number }): NodeJS.Timeout {
  const began = Date.now();
  return setInterval(() => {
    if (fetching.size === 0 || Date.now() - said.at < SILENT_MS) return;
    onProgress(`still getting ${[...fetching].join(', ')}: ${Math.round((Date.now() - began) / 1000)} s`);
  }, 1_000);
}
