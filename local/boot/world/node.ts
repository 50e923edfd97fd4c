import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { EMULATOR_ACCOUNT } from '../../emulator/deploy';
import { LAMBDA_API_PORT } from '../../run/functions/lambda-api';
import type { DeployedInstance } from '../../run/hosts/instance';
import type { BootMetadata } from '../../run/hosts/metadata';
import type { HostNetwork } from '../../run/hosts/network';
import { launch, MARKS, type Running } from '../../run/hosts/processes';
import { BootedMachine } from '../machine/machine';
import type { BootBed } from './bed';
import type { Given } from './metadata-main';

const METADATA = '169.254.169.254/32';
const CERTIFICATE = '/opt/from-outside/web.pem';

export interface NodeOptions {
  readonly rootBytes?: number;
  readonly memoryBytes?: number;
}

/** One deployed instance and what is around it: its network, its role, its metadata service. */
export interface BootNode {
  readonly deployed: DeployedInstance;
  readonly host: HostNetwork;
  readonly machine: BootedMachine;
  /** Its metadata service answers from now on. */
  startMetadata(): void;
  /** Without power for good: its network is gone, too. */
  remove(): Promise<void>;
}

export async function makeNode(bed: BootBed, deployed: DeployedInstance, o: NodeOptions = {}): Promise<BootNode> {
  const { start, prepared, web } = bed;
  const { endpoint, sessions, groups } = bed.deployed;
  const { hostAddress } = prepared.network;
  const dir = join(start.dir, 'boot', deployed.instanceId);
  const host = prepared.network.addHost(deployed.node, deployed.privateAddress);
  const { command, args } = host.command('ip', ['address', 'add', METADATA, 'dev', 'lo']);
  await launch({ name: 'address of the metadata service', command, args, env: prepared.env, log: `${dir}.log` }).ended;
  groups?.join(deployed.node, host, deployed.securityGroups);
  const env = { ...prepared.env, [MARKS.run]: start.runId };
  const machine = new BootedMachine({
    name: `promha-${deployed.node}`,
    hostname: `ip-${deployed.privateAddress.replaceAll('.', '-')}`,
    namespace: host.namespace!,
    dir,
    image: bed.image,
    nspawn: bed.nspawn,
    mkfs: bed.mkfs,
    hierarchies: bed.hierarchies,
    env,
    files: {
      '/opt/from-outside/node': prepared.tools.node.path,
      ...(web === null ? {} : { [CERTIFICATE]: web.certificate }),
    },
    inside: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ENDPOINT_URL_LAMBDA: `http://${hostAddress}:${LAMBDA_API_PORT}`,
      ...(web === null ? {} : { NODE_EXTRA_CA_CERTS: CERTIFICATE }),
    },
    given: { 'etc/resolv.conf': `nameserver ${hostAddress}\noptions timeout:1 attempts:2\n` },
    rootBytes: o.rootBytes ?? null,
    memoryBytes: o.memoryBytes ?? null,
  });
  start.cleanup.defer(`switch ${deployed.node} off`, () => machine.loseHost());
  const boot: BootMetadata = {
    userData: deployed.userData,
    account: EMULATOR_ACCOUNT,
    credentials: roleCredentials(
      deployed.instanceProfile,
      await sessions({ instanceProfile: deployed.instanceProfile }, deployed.instanceId),
    ),
  };
  let metadata: Running | undefined;
  start.cleanup.defer('stop the metadata service', () => metadata?.stop());
  return {
    deployed,
    host,
    machine,
    async remove() {
      await metadata?.stop();
      host.remove();
    },
    startMetadata() {
      const file = `${dir}-metadata.json`;
      const { instanceId, zone, region } = deployed;
      const given: Given = { identity: { instanceId, address: host.address, zone, region }, boot };
      writeFileSync(file, JSON.stringify(given));
      const service = ['--require', require.resolve('tsx/cjs'), join(__dirname, 'metadata-main.ts'), file];
      metadata = launch({
        name: 'metadata service',
        ...host.command(process.execPath, service),
        env,
        log: join(start.dir, 'logs', 'metadata.log'),
      });
    },
  };
}

/** The owner's where IAM is left out. */
function roleCredentials(
  role: string,
  environment: Readonly<Record<string, string>>,
): NonNullable<BootMetadata['credentials']> {
  return {
    role,
    accessKeyId: environment.AWS_ACCESS_KEY_ID ?? 'local',
    secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? 'local',
    token: environment.AWS_SESSION_TOKEN ?? 'local',
  };
}
