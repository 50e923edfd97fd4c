export { cacheRoot } from './cache';
export { overrideVariable, resolveTools, type ResolveOptions } from './resolve';
export type { Progress, ResolvedTool, SourceName, ToolName } from './types';
