export { RUN_TOOLS } from './needed';
export { resolveTools } from './resolve';
export type { ResolvedTool } from './types';
