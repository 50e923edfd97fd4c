/** How a machine is put together. */
export interface Hardware {
  readonly name: string;
  readonly hostname: string;
  /** As `ip netns` has it. */
  readonly namespace: string;
  /** What is handed in, read-only: place in the machine → file here. */
  readonly files: Readonly<Record<string, string>>;
}

/** Options of systemd-nspawn. No daemon of this machine is asked: it may have none. */
export function nspawnOptions({ name, hostname, namespace, files }: Hardware): string[] {
  return [
    '--quiet',
    '--register=no',
    '--keep-unit',
    '--console=pipe',
    '--link-journal=no',
    '--resolv-conf=off',
    '--timezone=off',
    '--kill-signal=SIGRTMIN+3',
    `--machine=${name}`,
    `--hostname=${hostname}`,
    `--network-namespace-path=/run/netns/${namespace}`,
    ...Object.entries(files).map(([place, file]) => `--bind-ro=${file}:${place}`),
  ];
}

/** What every process of the machine finds in its environment, as a file of systemd's. */
export function managerSettings(environment: Readonly<Record<string, string>>): string {
  const all = Object.entries(environment).map(([name, value]) => `"${name}=${value}"`);
  return `[Manager]\nDefaultEnvironment=${all.join(' ')}\n`;
}

/** A block device as the kernel numbers it. */
export interface DeviceNumber {
  readonly major: number;
  readonly minor: number;
}

/** @param rdev of `stat` */
export const deviceNumber = (rdev: number): DeviceNumber => ({
  major: (rdev >> 8) & 0xfff,
  minor: (rdev & 0xff) | ((rdev >> 12) & 0xfff00),
});

/** The first process of a container among those of its cgroup, by their /proc/<pid>/status; null: there is none yet. */
export function firstProcess(statuses: ReadonlyMap<number, string>): number | null {
  for (const [pid, status] of statuses) {
    const ids = /^NSpid:\s+(.*)$/m.exec(status)?.[1]?.split(/\s+/) ?? [];
    if (ids.length > 1 && ids.at(-1) === '1') return pid;
  }
  return null;
}
