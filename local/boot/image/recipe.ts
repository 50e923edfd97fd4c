import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { requirementsOf } from '../../tools/pin/python/requirements';

const FILES = join(__dirname, 'files');

/** What Amazon Linux has of what the user data, the agent and the units call. cloud-init brings Python along. */
const PACKAGES = [
  'systemd',
  'systemd-sysv',
  'dbus',
  'cloud-init',
  'ca-certificates',
  'curl',
  'iproute2',
  'procps',
  'xfsprogs',
];

/** What a root is made of. */
export interface Recipe {
  /** Debian's, or that of a distribution that descends from it. */
  readonly suite: string;
  readonly packages: readonly string[];
  /** The AWS CLI and what it needs, as pip takes it: Debian's knows no AWS_ENDPOINT_URL. */
  readonly awscli: string;
  /** By path. All may be executed. */
  readonly files: Readonly<Record<string, string>>;
}

export function recipe(suite: string): Recipe {
  const file = (name: string): string => readFileSync(join(FILES, name), 'utf8');
  return {
    suite,
    packages: PACKAGES,
    awscli: requirementsOf('awscli'),
    files: {
      'usr/bin/dnf': file('dnf'),
      'usr/bin/aws': file('aws'),
      'usr/local/sbin/promha-init': file('init'),
      'etc/cloud/cloud.cfg.d/90-prometheus-ha.cfg': file('cloud.cfg'),
    },
  };
}

/** Another recipe makes another root. */
export const imageName = (of: Recipe): string =>
  `boot-root-${createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 12)}`;

const PLATFORM = 'def identify_platform():\n';

/**
 * cloud-init asks the firmware (DMI) whether this is EC2, which a container has none of: it is told. Without it no session
 * token would be fetched, and the metadata service takes nobody without one.
 *
 * @throws Error when this version of it asks otherwise
 */
export function onEc2(dataSource: string): string {
  if (dataSource.split(PLATFORM).length !== 2)
    throw new Error(`cloud-init's source for EC2 has another form: no "${PLATFORM.trim()}"`);
  return dataSource.replace(PLATFORM, `${PLATFORM}    return CloudNames.AWS\n`);
}
