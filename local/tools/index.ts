export { RUN_TOOLS } from './needed';
export { ifItCanBeHad, onThisMachine } from './optional';
export { resolveTools } from './resolve';
export type { ResolvedTool } from './types';
