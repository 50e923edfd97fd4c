import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where the kernel groups processes: v1 has a tree for each controller, v2 one for all. */
export interface Hierarchies {
  readonly version: 1 | 2;
  readonly roots: readonly string[];
}

/** Those that systemd looks for; others belong to whoever runs this machine. */
const V1 = ['systemd', 'unified', 'freezer', 'memory', 'cpu', 'cpu,cpuacct', 'cpuacct', 'blkio', 'pids'];
/** Below each of them: one for each machine. */
const OURS = 'prometheus-ha-boot';
const REMOVED_MS = 5_000;

/** @param mounts /proc/self/mounts */
export function hierarchiesOf(mounts: string): Hierarchies | null {
  const found = mounts
    .split('\n')
    .map((line) => line.split(' '))
    .flatMap(([, place, type]) => (place !== undefined && /^cgroup2?$/.test(type ?? '') ? [{ place, type }] : []));
  const whole = found.find(({ place, type }) => type === 'cgroup2' && place === '/sys/fs/cgroup');
  if (whole !== undefined) return { version: 2, roots: [whole.place] };
  const roots = found
    .map(({ place }) => place)
    .filter((place) => V1.some((name) => place === `/sys/fs/cgroup/${name}`));
  return roots.includes('/sys/fs/cgroup/systemd') ? { version: 1, roots } : null;
}

export const readHierarchies = (): Hierarchies | null => hierarchiesOf(readFileSync('/proc/self/mounts', 'utf8'));

/** The processes of one machine, and how much memory they may take together. */
export class MachineCgroups {
  /** One in each tree; a process joins by writing its id into `cgroup.procs`. */
  readonly directories: readonly string[];

  constructor(
    private readonly hierarchies: Hierarchies,
    name: string,
  ) {
    this.directories = hierarchies.roots.map((root) => join(root, OURS, name));
  }

  make(memoryBytes: number | null): void {
    for (const directory of this.directories) mkdirSync(directory, { recursive: true });
    if (this.hierarchies.version === 2) {
      const [root] = this.hierarchies.roots as [string];
      for (const above of [root, join(root, OURS)])
        writeFileSync(join(above, 'cgroup.subtree_control'), '+memory +pids +cpu +io');
    }
    if (memoryBytes === null) return;
    const [file, tree] = this.hierarchies.version === 2 ? ['memory.max', ''] : ['memory.limit_in_bytes', '/memory/'];
    const directory = this.directories.find((d) => d.includes(tree));
    if (directory === undefined) throw new Error('memory cannot be limited here: there is no such controller');
    writeFileSync(join(directory, file), String(memoryBytes));
  }

  pids(): number[] {
    return pidsBelow(this.directories[0]!);
  }

  /** Processes of a unit that the kernel has ended because memory was out. A unit that ends takes its count along. */
  oomKills(unit: string): number {
    const [file, tree] =
      this.hierarchies.version === 2 ? ['memory.events.local', ''] : ['memory.oom_control', '/memory/'];
    const top = this.directories.filter((directory) => directory.includes(tree));
    const groups = top.flatMap(allBelow).filter((group) => group.split('/').includes(unit));
    // Not of the groups above, where the kernel of cgroup v1 counts nothing of those below.
    return groups.map((group) => killsIn(join(group, file))).reduce((sum, kills) => sum + kills, 0);
  }

  /** Kills what is left in it, and is no more. */
  async remove(): Promise<void> {
    for (const end = Date.now() + REMOVED_MS; ;) {
      for (const pid of this.pids()) killAtOnce(pid);
      try {
        this.directories.forEach(removeTree);
        return;
      } catch (error) {
        // What was killed takes its time to be gone.
        if (Date.now() > end) throw error;
        await sleep(50);
      }
    }
  }
}

/** What a run that was killed left behind. */
export async function removeLeftMachines(): Promise<void> {
  const hierarchies = readHierarchies();
  if (hierarchies === null) return;
  const names = hierarchies.roots.flatMap((root) => {
    const ours = join(root, OURS);
    return existsSync(ours) ? directoriesIn(ours) : [];
  });
  for (const name of new Set(names)) await new MachineCgroups(hierarchies, name).remove();
}

function pidsBelow(directory: string): number[] {
  if (!existsSync(directory)) return [];
  const own = readFileSync(join(directory, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
  return [...own, ...directoriesIn(directory).flatMap((name) => pidsBelow(join(directory, name)))];
}

const allBelow = (directory: string): string[] =>
  existsSync(directory)
    ? [directory, ...directoriesIn(directory).flatMap((name) => allBelow(join(directory, name)))]
    : [];

/** Of all processes of this machine, in whatever it holds: what the kernel has counted since it booted. */
export const oomKillsHere = (): number => killsIn('/proc/vmstat');

const killsIn = (file: string): number =>
  existsSync(file) ? Number(/^oom_kill (\d+)$/m.exec(readFileSync(file, 'utf8'))?.[1] ?? 0) : 0;

const directoriesIn = (directory: string): string[] =>
  readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

function removeTree(directory: string): void {
  if (!existsSync(directory)) return;
  for (const name of directoriesIn(directory)) removeTree(join(directory, name));
  rmdirSync(directory);
  const above = dirname(directory);
  if (above.endsWith(`/${OURS}`) && directoriesIn(above).length === 0) rmdirSync(above);
}

function killAtOnce(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
