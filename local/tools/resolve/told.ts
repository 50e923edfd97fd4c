import { z } from 'zod';
import { SOURCES, TOOLS, type ResolvedTool } from '../catalog/types';

const TOLD = 'PROMHA_TOOLS_TOLD';
const tool = z.object({
  name: z.enum(TOOLS),
  path: z.string(),
  version: z.string(),
  source: z.enum(SOURCES),
  env: z.record(z.string(), z.string()),
  python: z.string().optional(),
  standsInFor: z.string().optional(),
  note: z.string().optional(),
});

/**
 * The processes that this one starts need not each run every program once more to hear its version. What only stands in is
 * not told: some take none.
 */
export function tellChildren(tools: readonly ResolvedTool[]): void {
  process.env[TOLD] = JSON.stringify(tools.filter(({ standsInFor }) => standsInFor === undefined));
}

/** What whoever started this process has resolved. */
export function toldTools(): readonly ResolvedTool[] {
  const text = process.env[TOLD];
  return text === undefined ? [] : z.array(tool).parse(JSON.parse(text));
}
