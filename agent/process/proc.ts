import { readdirSync, readFileSync } from 'node:fs';
import { uptime } from 'node:os';

/** A process for certain: a pid alone is reused, with its start time and the boot it is unique. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks after boot, field 22 of /proc/<pid>/stat. */
  readonly startTicks: number;
}

/** Linux's USER_HZ, which is 100 on every architecture that we deploy. */
const TICKS_PER_SECOND = 100;

/** From its third field on; null when there is no such process. */
function statOf(pid: number): string[] | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null; // No such process.
  }
  // The name in parentheses may hold spaces and parentheses itself.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Processor time that a process has taken, in clock ticks; null when there is no such process. */
export function ticksOf(pid: number): number | null {
  const fields = statOf(pid);
  return fields === null ? null : Number(fields[11]) + Number(fields[12]);
}

/** null when there is no such process; a zombie has exited, whoever still has to reap it. */
export function identify(pid: number): ProcessIdentity | null {
  const fields = statOf(pid);
  if (fields === null) return null;
  const state = fields[0];
  return state === 'Z' || state === 'X' ? null : { pid, startTicks: Number(fields[19]) };
}

export function isAlive(known: ProcessIdentity): boolean {
  return identify(known.pid)?.startTicks === known.startTicks;
}

export function startedAt(known: ProcessIdentity, now: number): string {
  return new Date(now - uptime() * 1000 + (known.startTicks * 1000) / TICKS_PER_SECOND).toISOString();
}

export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** Whether the process runs with exactly these arguments, whatever it was started through. */
export function runsWith(pid: number, args: readonly string[]): boolean {
  const commandLine = commandLineOf(pid);
  return args.length > 0 && JSON.stringify(commandLine.slice(-args.length)) === JSON.stringify(args);
}

/** The argument of a process that begins so; null: it has none, or is gone. */
export const argumentOf = (pid: number, beginning: string): string | null =>
  commandLineOf(pid).find((argument) => argument.startsWith(beginning)) ?? null;

/** Finds a process by one argument that only it has (its data directory), and of which systemd-run has a copy. */
export function findByArgument(argument: string): ProcessIdentity | null {
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const [program, ...args] = commandLineOf(Number(entry));
    if (program === 'systemd-run' || !args.includes(argument)) continue;
    const found = identify(Number(entry));
    if (found !== null) return found;
  }
  return null;
}

function commandLineOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  } catch {
    return []; // It is gone.
  }
}
