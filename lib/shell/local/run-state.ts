import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type * as z from 'zod/mini';
import { documentFormat, type ReadOnly } from '../../contract/document';
import {
  fields,
  flag,
  listOf,
  mapOf,
  name,
  nullable,
  oneOf,
  optional,
  text,
  version1,
  whole,
} from '../../contract/shape';

/** Where everything of this user's local run lives: one run at a time. */
export function runDir(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'prometheus-ha', 'run');
}

/** Name of the URL of a task of Thanos query. */
export const THANOS_QUERY = 'thanos query';

const node = fields({ shard: whole, node: name, instanceId: text, address: text, zone: text, dir: text });

const shape = fields({
  version: version1,
  runId: text,
  pid: whole,
  startedAt: text,
  mode: oneOf('namespaces', 'loopback'),
  dir: text,
  cluster: text,
  region: text,
  controlBucket: text,
  /** AWS API emulator. */
  endpoint: text,
  /** Lambda's API: what runs functions. Absent: not yet, or a run of an older version. */
  lambda: optional(text),
  /** Session of whoever operates it, with the deployed policies, as environment variables. Absent: everybody may do everything. */
  operator: optional(mapOf(text, text)),
  /** HTTP over this Unix socket: what can be done to the system (local/run/actions/control-api.ts). */
  socket: text,
  /** Nodes of shard 0. */
  nodes: listOf(node),
  /** Nodes of further shards: drills hurt those of shard 0. */
  others: listOf(node),
  hostAddress: text,
  urls: mapOf(text, text),
  /** HAProxy's stats socket. */
  haproxySocket: text,
  /** JSON lines of all notifications that reached the pager. */
  pages: text,
  /** Whether data of the nodes are on volumes of their own, else in plain directories. Absent: not known yet. */
  volumes: optional(flag),
  /** Where it refuses and delays as AWS does (local/run/teeth.ts), with what settings; null: left out. */
  teeth: optional(mapOf(text, nullable(mapOf(text, whole)))),
  /** Whether `ready` was printed. */
  ready: flag,
});

/** What the CLI and the drills need to find the running system. */
export type RunState = ReadOnly<z.output<typeof shape>>;

const RUN_STATE = documentFormat({
  what: "local run's state",
  shape,
  maxBytes: 1024 * 1024,
  fix: 'make sure that nothing of it runs any more, then delete the file',
});

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
  let found: string;
  try {
    found = readFileSync(stateFile(), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  return RUN_STATE.parse(found, stateFile());
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
