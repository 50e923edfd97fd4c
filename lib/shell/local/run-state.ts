import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../contract/errors';

/** Where everything of this user's local run lives: one run at a time. */
export function runDir(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'prometheus-ha', 'run');
}

/** Name of the URL of a task of Thanos query. */
export const THANOS_QUERY = 'thanos query';

/** What the CLI and the drills need to find the running system. */
export interface RunState {
  readonly version: 1;
  readonly runId: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly mode: 'namespaces' | 'loopback';
  readonly dir: string;
  readonly cluster: string;
  readonly region: string;
  readonly controlBucket: string;
  /** AWS API emulator. */
  readonly endpoint: string;
  /** HTTP over this Unix socket: what can be done to the system (local/run/actions/control-api.ts). */
  readonly socket: string;
  /** Nodes of shard 0. */
  readonly nodes: readonly {
    readonly shard: number;
    readonly node: string;
    readonly instanceId: string;
    readonly address: string;
    readonly zone: string;
    readonly dir: string;
  }[];
  /** Nodes of further shards: drills hurt those of shard 0. */
  readonly others: RunState['nodes'];
  readonly hostAddress: string;
  readonly urls: Readonly<Record<string, string>>;
  /** HAProxy's stats socket. */
  readonly haproxySocket: string;
  /** JSON lines of all notifications that reached the pager. */
  readonly pages: string;
  /** Whether data of the nodes are on volumes of their own, else in plain directories. Absent: not known yet. */
  readonly volumes?: boolean;
  /** Whether `ready` was printed. */
  readonly ready: boolean;
}

export const stateFile = (): string => join(runDir(), 'state.json');

/** null when nothing runs; the state of a runner that died is returned by staleState() instead. */
export function runningState(): RunState | null {
  const state = readState();
  return state !== null && alive(state.pid) ? state : null;
}

export function staleState(): RunState | null {
  const state = readState();
  return state !== null && !alive(state.pid) ? state : null;
}

function readState(): RunState | null {
  try {
    return JSON.parse(readFileSync(stateFile(), 'utf8')) as RunState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new UserError({
      what: 'the local run left an unreadable state file',
      where: stateFile(),
      got: (error as Error).message,
      fix: 'make sure that nothing of it runs any more, then delete the file',
    });
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
