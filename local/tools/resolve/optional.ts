import type { ResolvedTool, ToolName } from '../catalog/types';
import type { ResolveOptions } from './context';
import { ToolNotFound } from './not-found';
import { resolveTools } from './resolve';

/** A program that can be done without: what this machine has already, or null. Nothing is fetched or built. */
export async function onThisMachine(
  name: ToolName,
  options: Omit<ResolveOptions, 'sources'> = {},
): Promise<ResolvedTool | null> {
  try {
    return (await resolveTools([name], { ...options, sources: [] }))[name];
  } catch (error) {
    if (error instanceof ToolNotFound) return null;
    throw error;
  }
}

/** The same, got where it is missing; null, and said why, where it cannot be had. */
export async function ifItCanBeHad(name: ToolName, options: ResolveOptions): Promise<ResolvedTool | null> {
  try {
    return (await resolveTools([name], options))[name];
  } catch (error) {
    if (!(error instanceof ToolNotFound)) throw error;
    options.onProgress?.(error.message);
    return null;
  }
}
