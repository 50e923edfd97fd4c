import { hostname, userInfo } from 'node:os';
import { S3Client } from '@aws-sdk/client-s3';
import { Option, type Command } from 'commander';
import { awsCluster, localCluster, type ClusterHandle } from './cluster/cluster';
import { checkNumber, shardMeant, shardsMeant } from './cluster/shards';
import { takeWay, WAYS, type Way } from './cluster/way';
import { printable } from './report/printable';

/** Of which cluster, and how it is asked; as typed. */
export interface CommandOptions {
  readonly local?: boolean;
  readonly cluster?: string;
  readonly json?: boolean;
  readonly shard?: string;
  readonly via?: Way;
}

export function print<T>({ json = false }: CommandOptions, result: T, render: (result: T) => string): void {
  process.stdout.write(json ? `${JSON.stringify(result, null, 2)}\n` : printable(render(result)));
}

/** How nodes are asked where nothing is said. */
export const usualWay = ({ local = false }: Pick<CommandOptions, 'local'>): Way => (local ? 'direct' : 'relay');

/** Who gives orders: whoever is logged in here. */
export const caller = (): string => `${userInfo().username}@${hostname()}`;

/** Takes the way that is meant. */
export async function named({
  local = false,
  cluster,
  shard,
  via = usualWay({ local }),
}: CommandOptions): Promise<{ handle: ClusterHandle; s3: S3Client }> {
  checkNumber(shard);
  const handle = local ? localCluster(cluster) : await awsCluster(cluster);
  await takeWay(via, handle);
  return { handle, s3: new S3Client({ forcePathStyle: local }) };
}

/** Of every shard that is meant. */
export async function connectAll(where: CommandOptions): Promise<{ handles: readonly ClusterHandle[]; s3: S3Client }> {
  const { handle, s3 } = await named(where);
  return { handles: await shardsMeant(handle, s3, where), s3 };
}

/** Of one shard. */
export async function connectOne(
  where: CommandOptions & { to?: string },
): Promise<{ handle: ClusterHandle; s3: S3Client }> {
  const { handle, s3 } = await named(where);
  return { handle: await shardMeant(handle, s3, where), s3 };
}

const via = new Option(
  '--via <way>',
  'asks nodes by the function in the VPC, or from here (default: relay; with --local direct)',
);
/** The options that all commands on a cluster have. */
export const withWhere = (command: Command): Command =>
  command
    .addOption(via.choices([...WAYS]))
    .option('--local', 'the system that `npm start` runs on this machine')
    .option('--cluster <name>', 'name of the deployed cluster (default: that of config/cluster.ts)')
    .option('--shard <n>', 'of several; without it all are shown, and what changes something asks which one')
    .option('--json', 'machine-readable output');
