import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { deviceName } from '../../../agent/boot/volume-step';
import { launch, type Running } from '../../run/hosts/processes';
import type { DeviceSlots } from '../../run/volumes/slots';
import { run, type ResolvedTool } from '../../tools';
import { MachineCgroups, type Hierarchies } from './cgroups';
import { deviceNumber, firstProcess, managerSettings, nspawnOptions, type Hardware } from './nspawn';

const BEGUN_MS = 10_000;
const SHUTDOWN_MS = 60_000;
const COMMAND_MS = 60_000;
const POWER = join(__dirname, 'power.sh');

export interface BootedMachineOptions extends Hardware {
  /** For its root volume and its console. */
  readonly dir: string;
  /** The root that it boots from. */
  readonly image: string;
  readonly nspawn: ResolvedTool;
  readonly mkfs: ResolvedTool;
  readonly hierarchies: Hierarchies;
  /** Environment of what plays the hardware, with the mark of the run. */
  readonly env: Readonly<Record<string, string>>;
  /** What its programs find in their environment beside what AWS gives them. */
  readonly inside: Readonly<Record<string, string>>;
  /** Files on its root volume before it ever boots, by path. */
  readonly given: Readonly<Record<string, string>>;
  /** Size of its root volume; null: as much as there is. */
  readonly rootBytes: number | null;
  readonly memoryBytes: number | null;
}

/** A machine that really boots: a container with systemd, its root volume, its devices, its cgroups. */
export class BootedMachine implements DeviceSlots {
  private readonly cgroups: MachineCgroups;
  private power: Running | undefined;
  private readonly plugged = new Map<string, string>();
  /** Devices that are attached, and do not appear. */
  private held: Map<string, string> | null = null;

  constructor(private readonly o: BootedMachineOptions) {
    this.cgroups = new MachineCgroups(o.hierarchies, o.name);
    mkdirSync(o.dir, { recursive: true });
    this.writeDevices();
    this.give('etc/systemd/system.conf.d/90-from-outside.conf', managerSettings(o.inside));
    for (const [path, content] of Object.entries(o.given)) this.give(path, content);
  }

  /** What it says on its console. */
  get console(): string {
    return join(this.o.dir, 'console.log');
  }

  /** Resolves when its first process runs. */
  async powerOn(): Promise<void> {
    const { o } = this;
    this.cgroups.make(o.memoryBytes);
    const nspawn = [o.nspawn.path, ...nspawnOptions(o)];
    const groups = this.cgroups.directories.join(':');
    const root = o.rootBytes === null ? '' : await this.rootVolume(o.rootBytes);
    this.power = launch({
      name: `power of ${o.name}`,
      command: 'unshare',
      args: ['--mount', 'sh', POWER, o.image, o.dir, root, groups, ...nspawn],
      env: { ...o.env, ...o.nspawn.env },
      log: this.console,
    });
    for (const end = Date.now() + BEGUN_MS; this.running() === null; await sleep(20)) {
      if (this.power.isRunning() && Date.now() < end) continue;
      throw new Error(`the machine ${o.name} does not begin: ${lastWords(this.console)}`);
    }
  }

  /** Asks it to boot again, and waits until it does. Its devices are those that are plugged in by then. */
  async reboot(): Promise<void> {
    const before = this.first();
    await this.run('systemctl', 'reboot').catch(() => undefined); // cut off, as whoever is logged in
    for (const end = Date.now() + SHUTDOWN_MS; ; await sleep(50)) {
      const now = this.running();
      if (now !== null && now !== before) return;
      if (Date.now() > end) throw new Error(`${this.o.name} does not boot again within ${SHUTDOWN_MS / 1000} s`);
    }
  }

  /** As EC2 shuts an instance down before it terminates it: asked to, then without power. */
  async shutDown(): Promise<void> {
    await this.run('systemctl', 'poweroff').catch(() => undefined); // cut off, as whoever is logged in
    const late = sleep(SHUTDOWN_MS, undefined, { ref: false });
    await Promise.race([this.power?.ended, late]);
    await this.loseHost();
  }

  /** The host is lost: nothing is written any more. */
  async loseHost(): Promise<void> {
    this.power?.signal('SIGKILL');
    await this.cgroups.remove();
    await this.power?.ended;
  }

  /** Processes of a unit that the kernel has ended because memory was out. */
  oomKills(unit: string): number {
    return this.cgroups.oomKills(unit);
  }

  /** Runs a command in it, as root. Rejects with what it said when it fails. */
  async run(command: string, ...args: string[]): Promise<string> {
    const inside = ['-t', String(this.first()), '-m', '-u', '-i', '-n', '-p', '-C', '-r', '-w', '--'];
    const { stdout } = await promisify(execFile)('nsenter', [...inside, command, ...args], {
      timeout: COMMAND_MS,
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' },
      maxBuffer: 64 * 2 ** 20,
    });
    return stdout;
  }

  plug(volumeId: string, device: string): void {
    if (this.held !== null) {
      this.held.set(volumeId, device);
      return;
    }
    const name = `nvme${1 + this.plugged.size}n1`;
    const { major, minor } = deviceNumber(statSync(device).rdev);
    const line = [name, deviceName(volumeId), major, minor].join(':');
    this.plugged.set(volumeId, line);
    this.writeDevices();
    if (this.running() === null) return;
    const link = `/dev/disk/by-id/${deviceName(volumeId)}`;
    this.hot(`mknod /dev/${name} b ${major} ${minor} && ln -s /dev/${name} ${link}`);
  }

  unplug(volumeId: string): void {
    this.held?.delete(volumeId);
    const line = this.plugged.get(volumeId);
    if (line === undefined) return;
    this.plugged.delete(volumeId);
    this.writeDevices();
    const [name, link] = line.split(':');
    if (this.running() !== null) this.hot(`rm -f /dev/${name} /dev/disk/by-id/${link}`);
  }

  /** From now on devices are attached and do not appear, until `appear`. */
  holdDevices(): void {
    this.held ??= new Map();
  }

  appear(): void {
    const waiting = this.held ?? new Map<string, string>();
    this.held = null;
    for (const [id, device] of waiting) this.plug(id, device);
  }

  /** Made once: it outlives every boot. */
  private async rootVolume(bytes: number): Promise<string> {
    const { dir, mkfs } = this.o;
    const image = join(dir, 'root.img');
    if (existsSync(image)) return image;
    writeFileSync(image, '');
    truncateSync(image, bytes);
    await run(mkfs.path, ['-q', image], { env: mkfs.env, timeoutMs: COMMAND_MS });
    return image;
  }

  private hot(script: string): void {
    this.run('sh', '-c', script).catch((error: Error) => {
      writeFileSync(this.console, `\nhardware: ${error.message}\n`, { flag: 'a' });
    });
  }

  private give(path: string, content: string): void {
    const file = join(this.o.dir, 'given', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  private writeDevices(): void {
    writeFileSync(join(this.o.dir, 'devices'), [...this.plugged.values()].join('\n'));
  }

  private first(): number {
    const pid = this.running();
    if (pid === null) throw new Error(`the machine ${this.o.name} does not run`);
    return pid;
  }

  private running(): number | null {
    const found = this.cgroups.pids().map((pid): [number, string] => [pid, statusOf(pid)]);
    return firstProcess(new Map(found));
  }
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return ''; // ended meanwhile
  }
}

const lastWords = (file: string): string =>
  existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').slice(-3).join(' | ') : 'nothing was said';
