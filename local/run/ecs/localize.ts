import { parse, stringify } from 'yaml';
import type { DeployedContainer } from './deployed-services';

/** What is another on this machine than in AWS. */
export interface LocalSubstitutes {
  /** The AWS API emulator. */
  readonly endpoint: string;
  /** Where the volumes of the task are. */
  readonly volumes: string;
  /** On loopback only, where all tasks share the ports of one host and there is no DNS of ours. */
  readonly loopback?: {
    readonly address: string;
    readonly addressesOf: (name: string) => readonly string[];
  };
}

const OBJSTORE = '--objstore.config=';

/**
 * The command as it stands in the task definition, but for what the machine lacks. Nothing else may change it:
 *
 * 1. S3 is the emulator: `--objstore.config=`, endpoint only.
 * 2. The task's volumes are directories of the run, not of the root file system.
 * 3. On loopback, addresses: where it listens, and those that it would look up.
 */
export function localCommand({ command, mounts }: DeployedContainer, machine: LocalSubstitutes): string[] {
  return command
    .map((arg) => (arg.startsWith(OBJSTORE) ? OBJSTORE + withEndpoint(arg.slice(OBJSTORE.length), machine) : arg))
    .map((arg) => withVolumes(arg, mounts, machine))
    .flatMap((arg) => (machine.loopback === undefined ? [arg] : onLoopback(arg, machine.loopback)));
}

function withEndpoint(text: string, { endpoint }: LocalSubstitutes): string {
  const { type, config, ...rest } = parse(text) as { type: string; config: Record<string, unknown> };
  if (type !== 'S3') throw new Error(`the local run has no object storage of type ${type}, only S3`);
  const { host, protocol } = new URL(endpoint);
  return stringify({
    type,
    config: { ...config, endpoint: host, insecure: protocol === 'http:', bucket_lookup_type: 'path' },
    ...rest,
  });
}

function withVolumes(arg: string, mounts: DeployedContainer['mounts'], { volumes }: LocalSubstitutes): string {
  const [, flag, value] = /^(--[^=]+=)(\/.*)$/s.exec(arg) ?? [];
  if (value === undefined) return arg;
  for (const [volume, path] of Object.entries(mounts)) {
    if (value === path || value.startsWith(`${path}/`)) return `${flag}${volumes}/${volume}${value.slice(path.length)}`;
  }
  return arg;
}

function onLoopback(arg: string, { address, addressesOf }: NonNullable<LocalSubstitutes['loopback']>): string[] {
  const [, flag, name, port] = /^(--[^=]+=)dns\+([^:]+):(\d+)$/.exec(arg) ?? [];
  if (name !== undefined) return addressesOf(name).map((a) => `${flag}${a}:${port}`);
  return [arg.replace(/^(--[^=]*address=)0\.0\.0\.0:/, `$1${address}:`)];
}
