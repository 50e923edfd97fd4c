import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { ENV } from '../../lib/contract/names';
import { controlActions } from './actions/actions';
import type { Cleanup } from './hosts/cleanup';
import { serveControl } from './actions/control-api';
import type { ControlPlane } from './functions/control-plane';
import { deploy, type Deployed } from './phases/deploy-phase';
import type { EcsPlayer } from './ecs/player';
import type { Reach } from './deploy/overlay';
import type { Growth } from './deploy/growth';
import type { Instance } from './hosts/instance';
import type { Network } from './hosts/network';
import { prepare, type Prepared } from './phases/prepare-phase';
import type { Rival } from './reference/rival';
import type { RollingUpdate } from './deploy/rolling-update';
import { runNodes } from './phases/run-phase';
import { writeState, type RunState } from './run-dir';
import type { MissingThanos } from './thanos-tool';
import type { VolumePlayer } from './volumes/player';

export interface SystemOptions {
  /** Progress while starting, one line each. */
  readonly onProgress: (line: string) => void;
  /** What happens afterwards, one line each. */
  readonly onEvent: (line: string) => void;
  /** Ctrl-C: the step under way is abandoned; the caller runs the clean-up. */
  readonly signal: AbortSignal;
  readonly missingThanos: MissingThanos;
  /** What of the user's configuration that is elsewhere may be reached. */
  readonly reach: Reach;
}

/** What every phase of the start needs. */
export interface Start extends SystemOptions {
  readonly cleanup: Cleanup;
  readonly runId: string;
  readonly dir: string;
  /** Says what is done, does it, and gives up between steps when the start was aborted. */
  readonly step: <T>(what: string, work: () => Promise<T> | T) => Promise<T>;
  /** Keeps what others need to find the system; URLs are added to those that are there. */
  readonly save: (more: Partial<RunState>) => void;
  /** A process that ended without being told to. */
  readonly onEnd: (what: string, how: string) => void;
}

/** Everything that runs; what drills and the control socket act on. */
export interface System {
  readonly state: RunState;
  readonly start: Start;
  readonly prepared: Prepared;
  readonly deployed: Deployed;
  readonly network: Network;
  readonly instances: ReadonlyMap<string, Instance>;
  readonly controlPlane: ControlPlane;
  readonly oracle: Rival;
  /** null on a machine without Thanos. */
  readonly ecs: EcsPlayer | null;
  readonly rolling: RollingUpdate;
  readonly growth: Growth;
  /** null where data are in plain directories. */
  readonly volumes: VolumePlayer | null;
}

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
  const prepared = await prepare(start);
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
