import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { ENV } from '../../lib/contract/environment';
import { controlActions } from './actions/actions';
import type { Cleanup } from './hosts/cleanup';
import { serveControl } from './actions/control-api';
import { deploy } from './phases/deploy-phase';
import { prepare } from './phases/prepare-phase';
import type { System } from './parts';
import { runNodes } from './phases/run-phase';
import type { RunState } from '../../lib/shell/local/run-state';
import { writeState } from './run-dir';
import type { Start, SystemOptions } from './start-options';

/** Brings the deployed system up on this machine. When it rejects, the caller runs `cleanup`. */
export async function startSystem(options: SystemOptions, cleanup: Cleanup, dir: string): Promise<System> {
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
  // Only afterwards: it looks for another system by this file.
  const prepared = await prepare(start);
  start.save({ teeth: options.teeth });
  const deployed = await deploy(start, prepared);
  start.save({ controlBucket: deployed.deployment.functions[0]!.environment[ENV.controlBucket]! });
  const running = await runNodes(start, prepared, deployed);
  const socket = join(dir, 'control.sock');
  const system: System = {
    ...running,
    start,
    prepared,
    deployed,
    network: prepared.network,
    get state() {
      return state!;
    },
  };
  const control = await serveControl(socket, controlActions(system));
  cleanup.defer('close the control socket', () => control.close());
  start.save({ socket });
  return system;
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
