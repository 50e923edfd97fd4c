import { randomUUID } from 'node:crypto';
import type { RunState } from '../../lib/shell/local/run-state';
import type { Cleanup } from './hosts/cleanup';
import { writeState } from './run-dir';
import type { Start, SystemOptions } from './start-options';

/** What every phase of a start needs, and what it has saved so far. */
export function newStart(
  options: SystemOptions,
  cleanup: Cleanup,
  dir: string,
): { readonly start: Start; readonly state: () => RunState } {
  const { signal } = options;
  let state: RunState | undefined;
  const start: Start = {
    ...options,
    cleanup,
    dir,
    runId: randomUUID(),
    step: async (what, work) => {
      signal.throwIfAborted();
      options.onProgress(what);
      const value = await work();
      signal.throwIfAborted();
      return value;
    },
    save: (more) => {
      const before = state ?? emptyState(start.runId, dir);
      state = { ...before, ...more, urls: { ...before.urls, ...more.urls } };
      writeState(state);
    },
    onEnd: (what, how) => {
      if (!cleanup.begun && !signal.aborted) options.onEvent(`! ${what} ended (${how})`);
    },
  };
  return { start, state: () => state! };
}

function emptyState(runId: string, dir: string): RunState {
  return {
    version: 1,
    runId,
    pid: process.pid,
    startedAt: new Date().toISOString(),
    mode: 'loopback',
    dir,
    cluster: '',
    region: '',
    controlBucket: '',
    endpoint: '',
    socket: '',
    nodes: [],
    others: [],
    hostAddress: '',
    urls: {},
    haproxySocket: '',
    pages: '',
    ready: false,
  };
}
