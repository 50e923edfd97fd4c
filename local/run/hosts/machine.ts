import { execFile } from 'node:child_process';
import { readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { HostNetwork } from './network';
import { launch, type Running } from './processes';

/** Where the data of a node is, seen from outside: below the instance's directory. */
export const VOLUME = 'volume';
const BEGUN_MS = 5_000;
const UMOUNT_MS = 10_000;

export interface MachineOptions {
  readonly name: string;
  readonly dir: string;
  readonly host: HostNetwork;
  /** With the mark of the run, not that of the instance: a machine is not ended with what runs on it. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The mounts of an instance: a namespace that lives as long as one process. What an agent mounted outlives the agent, and
 * is gone with the power, as all processes of the machine are.
 */
export class Machine {
  private holder: Running | undefined;

  constructor(private readonly options: MachineOptions) {}

  /** Wraps a command so that it runs with the machine's mounts and network; without power, the power comes on first. */
  command(command: string, args: readonly string[]): { command: string; args: string[] } {
    const pid = String(this.power());
    return { command: 'nsenter', args: ['--target', pid, '--mount', '--net', '--', command, ...args] };
  }

  /** Shut down properly: what is mounted is written out and let go of, before anybody takes the volume away. */
  async shutDown(mountPoint: string): Promise<void> {
    if (!this.holder?.isRunning()) return;
    const { command, args } = this.command('umount', [mountPoint]);
    // It is not mounted while the agent is still at it; whoever has files open on it keeps them until the end.
    await promisify(execFile)(command, args, { timeout: UMOUNT_MS }).catch(() => undefined);
    await this.powerOff();
  }

  /** All that is mounted is gone with the last process of the machine. */
  async powerOff(): Promise<void> {
    this.holder?.signal('SIGKILL');
    await this.holder?.ended;
  }

  private power(): number {
    if (this.holder?.isRunning()) return this.holder.pid;
    const { name, dir, host, env } = this.options;
    const holder = launch({
      name: `machine of ${name}`,
      ...host.command('sleep', ['infinity']),
      env,
      log: join(dir, 'machine.log'),
    });
    // Its namespaces are there when it has become what it was started for.
    for (const end = Date.now() + BEGUN_MS; nameOf(holder.pid) !== 'sleep';) {
      if (Date.now() > end) throw new Error(`the machine of ${name} does not begin; see ${join(dir, 'machine.log')}`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
    this.holder = holder;
    seenFromOutside(dir, join('/proc', String(holder.pid), 'root', dir, 'data'));
    return holder.pid;
  }
}

/** Makes `target` the place at which others find the node's data. */
export function seenFromOutside(dir: string, target: string): void {
  rmSync(join(dir, VOLUME), { force: true });
  symlinkSync(target, join(dir, VOLUME));
}

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return ''; // not yet
  }
}
