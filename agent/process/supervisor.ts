import { messageOf, type Log } from '../base/log';
import { sleep } from '../base/loop';
import { nextBackoff } from './backoff';
import type { Command } from './command';
import { allowRole, launchChild, launchUnit } from './launch';
import { rotateLog } from './log-file';
import { readPidFile, writePidFile } from './pid-file';
import { ProcessRecord } from './process-record';
import { findByArgument, identify, isAlive, startedAt, type ProcessIdentity } from './proc';
import type { Sandbox } from './unit';

export interface SupervisorOptions {
  readonly name: string;
  /** Asked anew for each start. */
  readonly command: () => Command;
  /** It runs in a unit of its own, which may do this; asked with the command. Absent: it is a plain child. */
  readonly sandbox?: () => Sandbox;
  /** An argument that no other process has. */
  readonly marker: string;
  readonly pidFile: string;
  readonly logFile: string;
  readonly onExit: (how: string) => void;
  /** Awaited before each start; when it rejects, the start has failed and is tried again later. */
  readonly beforeStart?: () => Promise<void>;
  readonly log: Log;
}

/** How often an adopted process, of which no exit is announced to us, is looked at. */
const WATCH_MS = 100;
const ROTATE_MS = 10_000;
const HOLD_MS = 15_000;

/**
 * Keeps one program running, whose output goes to a file, so that it outlives the agent; a restarted agent adopts it.
 * Exits of what this agent has started are announced, by the kernel or by systemd-run; adopted ones are watched in /proc.
 */
export class Supervisor {
  private watch: NodeJS.Timeout | null = null;
  private rotate: NodeJS.Timeout | null = null;
  private retry: NodeJS.Timeout | null = null;
  private backoffMs: number | null = null;
  private preparing = false;
  /** It was asked for, and does not run yet. */
  private launching = false;
  /** Whether it was started with a way to it; null: by an earlier agent. */
  private role: boolean | null = null;
  private stopping = false;
  private held = false;
  /** It was started once: whoever held it may have done so before. */
  private wanted = false;

  constructor(
    private readonly options: SupervisorOptions,
    /** Kept up to date. */
    readonly record = new ProcessRecord(),
  ) {}

  get pid(): number | null {
    return this.record.pid;
  }

  /** Takes over what an earlier agent started. Says whether something runs now. */
  adopt(): boolean {
    const { pidFile, name, log } = this.options;
    const known = readPidFile(pidFile);
    if (known.kind === 'alive') {
      this.adopted(known.process, known.process.startedAt);
      return true;
    }
    // The agent may have been killed between starting a process and writing its file.
    const stray = findByArgument(this.options.marker);
    if (stray !== null) {
      this.adopted(stray, startedAt(stray, Date.now()));
      return true;
    }
    if (known.kind === 'gone' && this.record.lastExit === null) {
      log('warn', 'process-gone', { process: name, pid: known.process.pid, startedAt: known.process.startedAt });
      this.record.lastExit = `${new Date().toISOString()} exited while no agent watched`;
      this.options.onExit('exited while no agent watched');
    }
    return false;
  }

  /** Starts the program unless it runs, and keeps it running from now on. */
  start(): void {
    this.wanted = true;
    this.rotate ??= setInterval(
      () => this.tolerating('log-not-rotated', () => rotateLog(this.options.logFile)),
      ROTATE_MS,
    );
    if (this.held || this.record.current !== null || this.retry !== null || this.isStarting) return;
    if (!this.adopt()) this.prepare();
  }

  signal(signal: NodeJS.Signals): boolean {
    return (
      this.record.current !== null && isAlive(this.record.current) && process.kill(this.record.current.pid, signal)
    );
  }

  /** Whether it reaches the node's role follows its configuration, also while it runs. One that should and does not says so itself. */
  async followRole(): Promise<void> {
    const { sandbox: of, name, log } = this.options;
    const sandbox = of?.();
    if (sandbox === undefined || this.pid === null || sandbox.role === this.role) return;
    try {
      await allowRole(sandbox);
      this.role = sandbox.role;
    } catch (error) {
      log('error', 'role-not-followed', { process: name, role: sandbox.role, error: messageOf(error) });
    }
  }

  /**
   * Ends the process and starts none until `letGo`. Resolves when it is gone, which may take as long as what it waits
   * for. @throws Error when it does not end: whoever holds it tries again
   */
  async hold(signal: NodeJS.Signals, graceMs = HOLD_MS): Promise<void> {
    this.held = true;
    if (this.retry !== null) clearTimeout(this.retry);
    this.retry = null;
    // What is done before a start repairs files: not those of the volume that is there next.
    for (const end = Date.now() + graceMs; this.isStarting; await sleep(50)) {
      if (Date.now() > end) throw new Error(`what is done before a start of ${this.options.name} does not end`);
    }
    const target = this.record.current;
    if (target === null) return;
    this.signal(signal);
    for (const end = Date.now() + graceMs; isAlive(target); await sleep(50)) {
      if (Date.now() > end) this.signal('SIGKILL');
      if (Date.now() > end + graceMs) throw new Error(`${this.options.name} does not end`);
    }
  }

  /** What nobody has started yet is not started now: its configuration may still be missing. */
  letGo(): void {
    this.held = false;
    this.backoffMs = null;
    if (this.wanted) this.start();
  }

  /** Leaves the process running and stops watching it. */
  release(): void {
    this.stopping = true;
    for (const timer of [this.watch, this.rotate, this.retry]) if (timer !== null) clearInterval(timer);
  }

  /** Stops the process: asks, waits, insists. */
  async stop(graceMs = 10_000): Promise<void> {
    this.release();
    for (const end = Date.now() + graceMs; this.launching && Date.now() < end;) await sleep(50);
    const target = this.record.current;
    if (target === null) return;
    this.signal('SIGTERM');
    for (const deadline = Date.now() + graceMs; isAlive(target) && Date.now() < deadline;) await sleep(50);
    if (isAlive(target)) process.kill(target.pid, 'SIGKILL');
  }

  private prepare(): void {
    const { beforeStart } = this.options;
    if (beforeStart === undefined) return this.spawn();
    this.preparing = true;
    const done = (then: () => void): void => {
      this.preparing = false;
      if (!this.stopping && !this.held) then();
    };
    beforeStart().then(
      () => done(() => this.spawn()),
      (error: unknown) => done(() => this.exited(`could not be started: ${messageOf(error)}`)),
    );
  }

  private get isStarting(): boolean {
    return this.preparing || this.launching;
  }

  private spawn(): void {
    this.launching = true;
    try {
      this.spawnNow();
    } catch (error) {
      this.ended(`could not be started: ${messageOf(error)}`);
    }
  }

  private spawnNow(): void {
    const { name, log, pidFile, sandbox } = this.options;
    const command = this.options.command();
    const launched = {
      begun: (pid: number): void => {
        this.launching = false;
        const current = { ...(identify(pid) ?? { pid, startTicks: 0 }), startedAt: new Date().toISOString() };
        this.record.current = current;
        log('info', 'process-started', { process: name, pid });
        const { file, args } = command;
        this.tolerating('pid-file-not-written', () => writePidFile(pidFile, { ...current, command: file, args }));
      },
      ended: (how: string): void => this.ended(how),
      tolerating: (event: string, action: () => void): void => this.tolerating(event, action),
    };
    if (sandbox === undefined) return launchChild(command, this.options, launched);
    const allowed = sandbox();
    this.role = allowed.role;
    launchUnit(allowed, command, this.options, launched);
  }

  private ended(how: string): void {
    this.launching = false;
    const { current } = this.record;
    // Who waited for it has ended, and not it: as when the bus is started anew.
    if (current !== null && !this.stopping && isAlive(current)) this.watchOver(current);
    else this.exited(how);
  }

  private adopted(identity: ProcessIdentity, since: string): void {
    const { name, log, pidFile } = this.options;
    const current = { pid: identity.pid, startTicks: identity.startTicks, startedAt: since };
    this.record.current = current;
    const { file, args } = this.options.command();
    if (readPidFile(pidFile).kind !== 'alive') {
      this.tolerating('pid-file-not-written', () => writePidFile(pidFile, { ...current, command: file, args }));
    }
    log('info', 'process-adopted', { process: name, pid: identity.pid, startedAt: since });
    this.watchOver(current);
  }

  private watchOver(current: ProcessIdentity): void {
    this.watch = setInterval(() => {
      if (!isAlive(current)) this.exited('exited (nobody was told of it, so its code is not known)');
    }, WATCH_MS);
  }

  /** A full disk must not end the supervision of what runs. */
  private tolerating(event: string, action: () => void): void {
    try {
      action();
    } catch (error) {
      this.options.log('error', event, { process: this.options.name, error: messageOf(error) });
    }
  }

  private exited(how: string): void {
    if (this.watch !== null) clearInterval(this.watch);
    this.watch = null;
    const livedMs = this.record.current === null ? 0 : Date.now() - Date.parse(this.record.current.startedAt);
    const pid = this.pid;
    this.record.current = null;
    this.record.lastExit = `${new Date().toISOString()} ${how}`;
    if (this.stopping) return;
    this.options.onExit(how);
    if (this.held) {
      this.options.log('info', 'process-held', { process: this.options.name, pid, how });
      return;
    }
    this.backoffMs = nextBackoff(this.backoffMs, livedMs);
    this.options.log('error', 'process-exited', { process: this.options.name, pid, how, restartInMs: this.backoffMs });
    this.retry = setTimeout(() => {
      this.retry = null;
      this.record.restarts += 1;
      // A start that was given up may have come about.
      if (!this.adopt()) this.prepare();
    }, this.backoffMs);
  }
}
