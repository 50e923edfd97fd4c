export { RUN_TOOLS } from './catalog/needed';
export { run } from './process/run';
export { Stopped, stopOnSignals } from './process/stop-on-signals';
export { ifItCanBeHad, onThisMachine } from './resolve/optional';
export { resolveTools } from './resolve/resolve';
export { tellChildren } from './resolve/told';
export { whyNoBuild } from './sources/go';
export type { ResolvedTool } from './catalog/types';
