import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { identify } from '../../../agent/process/proc';

/** Marks in the environment of every process of a run: how they are found again, and no other is ever touched. */
export const MARKS = { run: 'PROMHA_RUN', instance: 'PROMHA_INSTANCE' } as const;

export interface Launch {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** File that takes stderr, and stdout unless `onLine` is given. */
  readonly log: string;
  readonly onLine?: (line: string) => void;
}

export interface Running {
  readonly name: string;
  readonly pid: number;
  /** Resolves when the process has ended, with how, e.g. "exit 1" or "SIGKILL". */
  readonly ended: Promise<string>;
  isRunning(): boolean;
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM, then SIGKILL after `graceMs`. Resolves when it has ended. */
  stop(graceMs?: number): Promise<void>;
}

/** Starts a process in a process group of its own, so that Ctrl-C reaches only the runner, which stops all in order. */
export function launch(l: Launch): Running {
  mkdirSync(dirname(l.log), { recursive: true });
  const out = openSync(l.log, 'a');
  let child: ChildProcess;
  try {
    child = spawn(l.command, [...l.args], {
      cwd: l.cwd,
      env: l.env,
      detached: true,
      stdio: ['ignore', l.onLine === undefined ? out : 'pipe', out],
    });
  } finally {
    closeSync(out);
  }
  if (l.onLine !== undefined) lines(child, l.onLine);
  let running = true;
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      running = false;
      resolve(`could not start: ${error.message}`);
    });
    child.once('exit', (code, signal) => {
      running = false;
      resolve(signal ?? `exit ${code}`);
    });
  });
  const signal = (s: NodeJS.Signals): void => {
    if (running && child.pid !== undefined) child.kill(s);
  };
  return {
    name: l.name,
    pid: child.pid ?? 0,
    ended,
    isRunning: () => running,
    signal,
    async stop(graceMs = 5_000) {
      signal('SIGTERM');
      signal('SIGCONT'); // a stopped process takes no other signal
      const timer = setTimeout(() => signal('SIGKILL'), graceMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

function lines(child: ChildProcess, onLine: (line: string) => void): void {
  let rest = '';
  child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop()!;
    for (const line of parts) onLine(line);
  });
}

/** Pids of all processes whose environment carries the given marks. */
export function findMarked(marks: Readonly<Record<string, string>>): number[] {
  const wanted = Object.entries(marks).map(([name, value]) => `${name}=${value}`);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      const env = readEnvironment(pid);
      return wanted.every((mark) => env.includes(mark));
    })
    .map(Number);
}

function readEnvironment(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return []; // ended meanwhile, or somebody else's: not ours either way
  }
}

/** Asks all processes that carry the marks to end, and waits for them, at most `graceMs`. */
export async function askMarkedToEnd(marks: Readonly<Record<string, string>>, graceMs: number): Promise<void> {
  signalMarked(marks, 'SIGTERM');
  for (const end = Date.now() + graceMs; findMarked(marks).length > 0 && Date.now() < end;) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/**
 * Kills what carries the marks, until nothing does, and until what was killed is gone: its environment goes before its
 * network namespace and its open files do. Stopped processes die too: SIGKILL needs no waking.
 */
export async function killMarked(marks: Readonly<Record<string, string>>): Promise<void> {
  const killed = new Set<number>();
  for (const end = Date.now() + KILLED_MS; Date.now() < end;) {
    const found = signalMarked(marks, 'SIGKILL');
    for (const pid of found) killed.add(pid);
    if (found.length === 0 && [...killed].every(hasEnded)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`processes do not end: ${[...killed].filter((pid) => !hasEnded(pid)).join(', ')}`);
}

/** A process of many gigabytes takes its time to give them back. */
const KILLED_MS = 10_000;

/** A zombie holds nothing any more: it only waits for its parent to ask how it ended. */
const hasEnded = (pid: number): boolean => identify(pid) === null;

/** Those it was sent to. */
function signalMarked(marks: Readonly<Record<string, string>>, signal: NodeJS.Signals): number[] {
  const pids = findMarked(marks);
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
  return pids;
}
