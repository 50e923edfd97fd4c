import { NODE_USERS, unitOf, type NodeProgram } from '../../lib/contract/node-users';
import { COLLECT_AT } from './bounds';
import type { Command } from './command';

/** What a program may do beyond running under a user of its own; what is not said here it may not. */
export interface Sandbox {
  readonly program: NodeProgram;
  /** Where the data volume is mounted, for those that write to it: to directories of their own there. null: they write nowhere. */
  readonly data: string | null;
  /** Whose files it works on, too. */
  readonly worksWith?: NodeProgram;
  /** Whether it needs the node's role, which the metadata service gives away. */
  readonly role: boolean;
  /** Of all that it takes, MiB; beyond it the kernel ends it. Absent: what the machine has. */
  readonly memoryMaxMiB?: number;
  /** Its place when the machine runs out of memory, where the agent goes last (-900): the higher, the sooner it goes. */
  readonly oomScore: number;
}

/** Of the metadata service. */
export const METADATA = ['169.254.169.254/32', 'fd00:ec2::254/128'] as const;

const AGENT_UNIT = 'prometheus-ha-agent.service';

/** What no program on a node needs, one that mounts neither. */
export const RESTRICTED = [
  'RestrictNamespaces=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'LockPersonality=yes',
  'MemoryDenyWriteExecute=yes',
  'SystemCallArchitectures=native',
] as const;

/** The same for all. docs/security.md explains what is left open. */
const LOCKED = [
  'NoNewPrivileges=yes',
  'CapabilityBoundingSet=',
  'AmbientCapabilities=',
  'ProtectSystem=strict',
  'ProtectHome=yes',
  'PrivateTmp=yes',
  'PrivateDevices=yes',
  'DevicePolicy=closed',
  'PrivateUsers=yes',
  // Not ProcSubset=pid: when a program started it reckons by /proc/stat.
  'ProtectProc=invisible',
  'ProtectClock=yes',
  'ProtectHostname=yes',
  'ProtectKernelLogs=yes',
  'ProtectKernelModules=yes',
  'ProtectKernelTunables=yes',
  'ProtectControlGroups=yes',
  ...RESTRICTED,
  'SystemCallFilter=@system-service',
  'SystemCallFilter=~@privileged @resources',
  // A call that is refused is an error, which a program says; killed of it, it would say nothing.
  'SystemCallErrorNumber=EPERM',
  'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK',
  'KeyringMode=private',
  'RemoveIPC=yes',
  'LimitNOFILE=262144',
];

/** The agent starts it again, after its repairs. */
const LIFE = [
  'Restart=no',
  'TimeoutStopSec=20',
  // Ended after the agent has handed over, before the volume and the network go.
  `Before=${AGENT_UNIT}`,
  'After=network.target',
];

/** What of a unit follows from whether its program needs the node's role; it may change while it runs. */
export const metadataProperties = (role: boolean): string[] => [
  // Forgets what was said before.
  'IPAddressDeny=',
  ...(role ? [] : [`IPAddressDeny=${METADATA.join(' ')}`]),
];

/**
 * The command that starts a program as a unit of its own and ends when the unit does. Its arguments end with the program's, as systemd
 * reads them: it would take `$` for a variable.
 */
export function unitCommand(
  { file, args, cwd, bounds }: Command,
  sandbox: Sandbox,
  logFile: string,
): { readonly file: string; readonly args: readonly string[] } {
  const { program, data, worksWith, role, memoryMaxMiB, oomScore } = sandbox;
  const user = NODE_USERS[program].name;
  const properties = [
    `User=${user}`,
    `Group=${user}`,
    ...(worksWith === undefined ? [] : [`SupplementaryGroups=${NODE_USERS[worksWith].name}`]),
    // The sidecar makes second names for blocks, for which it has to be allowed to write them.
    'UMask=0007',
    `WorkingDirectory=${cwd}`,
    `StandardOutput=append:${logFile}`,
    `StandardError=append:${logFile}`,
    ...LOCKED,
    ...LIFE,
    // All of the mount, so that another volume at its place is seen; what is another's there its owner keeps.
    ...(data === null ? [] : [`ReadWritePaths=${data}`, `After=${mountUnit(data)}`]),
    ...metadataProperties(role),
    ...(memoryMaxMiB === undefined ? [] : [`MemoryMax=${memoryMaxMiB}M`]),
    ...(bounds === undefined
      ? []
      : [
          `LimitDATA=${bounds.memoryMiB}M`,
          `Environment=GOMEMLIMIT=${Math.floor(bounds.memoryMiB * COLLECT_AT)}MiB`,
          'Nice=10',
        ]),
    `OOMScoreAdjust=${oomScore}`,
  ];
  return {
    file: 'systemd-run',
    args: [
      '--wait',
      '--collect',
      '--service-type=exec',
      `--unit=${unitOf(program)}`,
      ...properties.map((property) => `--property=${property}`),
      '--',
      file,
      ...args.map((arg) => arg.replaceAll('$', '$$$$')),
    ],
  };
}

/** As systemd names it: `/data` is data.mount. */
const mountUnit = (path: string): string => `${path.slice(1).replaceAll('-', '\\x2d').replaceAll('/', '-')}.mount`;

const STARTED = /^Running as unit: /m;
const ENDED = /^Main processes terminated with: code=(\w+)\/status=(\w+)/m;

/** Whether systemd-run has said that the program runs. */
export const hasBegun = (said: string): boolean => STARTED.test(said);

/** How a program ended, of what systemd-run said and its own exit code. */
export function howItEnded(said: string, code: number | null): string {
  const [, how, status] = ENDED.exec(said) ?? [];
  if (how === 'exited') return `exit code ${status}`;
  if (how !== undefined) return `signal SIG${status}`;
  if (hasBegun(said)) return `ended, and systemd-run did not say how (exit code ${code})`;
  const why = said.trim().split('\n')[0] || `systemd-run ended with ${code}`;
  return `could not be started: ${why}`;
}
