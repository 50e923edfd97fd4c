import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { AgentEnv } from '../base/env';
import { RESTRICTED } from '../process/unit';

export interface HostRunOptions {
  /** It is ended then, ms. */
  readonly timeout?: number;
}

/** Runs a program and resolves when it has ended. Rejects with what it said as message and its exit code as `code`. */
export type Run = (
  file: string,
  args: readonly string[],
  options?: HostRunOptions,
) => Promise<{ readonly stdout: string }>;

const execute = promisify(execFile);
export const runCommand: Run = (file, args, options = {}) =>
  execute(file, [...args], { ...options, killSignal: 'SIGKILL' });

/** What a program that mounts is denied. Anything with a view of the files of its own would mount for itself alone. */
export const HOST_UNIT = [
  'NoNewPrivileges=yes',
  'CapabilityBoundingSet=CAP_SYS_ADMIN',
  'DevicePolicy=closed',
  'DeviceAllow=block-* rw',
  'PrivateNetwork=yes',
  'IPAddressDeny=any',
  'RestrictAddressFamilies=AF_UNIX',
  'ProtectClock=yes',
  'ProtectHostname=yes',
  ...RESTRICTED,
  'SystemCallFilter=@system-service @mount',
  'SystemCallErrorNumber=EPERM',
  'KeyringMode=private',
  'UMask=0077',
];

/** The same beside the agent, which mounts nothing itself: its own unit has a view of the files of its own, and no capability for it. */
const runOnHost: Run = async (file, args, { timeout } = {}) => {
  const properties = [...HOST_UNIT, ...(timeout === undefined ? [] : [`RuntimeMaxSec=${timeout / 1000}`])];
  const unit = ['--wait', '--pipe', '--quiet', '--collect', ...properties.map((property) => `--property=${property}`)];
  try {
    return await runCommand('systemd-run', [...unit, '--', file, ...args], {
      ...(timeout !== undefined && { timeout }),
    });
  } catch (error) {
    const { code, stderr = '' } = error as { code?: unknown; stderr?: string };
    throw Object.assign(new Error(`Command failed: ${[file, ...args].join(' ')}\n${stderr}`, { cause: error }), {
      code,
    });
  }
};

export const onHost = ({ units }: Pick<AgentEnv, 'units'>): Run => (units ? runOnHost : runCommand);
