export { resolveTools } from './resolve';
export type { ResolvedTool } from './types';
