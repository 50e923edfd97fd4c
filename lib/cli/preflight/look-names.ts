import { CloudFormationClient, paginateDescribeStacks, type Stack } from '@aws-sdk/client-cloudformation';
import { EC2Client, paginateDescribeVolumes, type Volume } from '@aws-sdk/client-ec2';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { FUNCTIONS, shardSuffix } from '../../contract/functions';
import { STACKS } from '../../contract/stacks';
import { TAGS } from '../../contract/tags';
import type { AwsAnswer } from '../../core/preflight/findings';
import type { NamesSeen } from '../../core/preflight/names';
import type { Cluster } from '../../infra/config/cluster';
import { isUsable, tagsOf } from '../../shell/aws/ebs';
import { askAws, orNull } from './ask';

/** Stacks, functions, volumes and buckets with the names and tags of the cluster. */
export async function lookAtNames(cluster: Cluster): Promise<AwsAnswer<NamesSeen>> {
  return askAws(async (abortSignal) => {
    const [{ stacks, clusters }, functions, volumes, buckets] = await Promise.all([
      stacksOf(cluster),
      functionsOf(cluster, abortSignal),
      volumesOf(cluster),
      bucketsOf(cluster, abortSignal),
    ]);
    return { stacks, clusters, functions, volumes, buckets };
  });
}

async function stacksOf({ name, region, shards }: Cluster): Promise<Pick<NamesSeen, 'stacks' | 'clusters'>> {
  const suffixes = Array.from({ length: shards }, (_, shard) => shardSuffix(shard));
  const names = new Map(
    suffixes.flatMap((suffix) => Object.entries(STACKS).map(([part, says]) => [`${name}-${part}${suffix}`, says])),
  );
  const found: Stack[] = [];
  for await (const page of paginateDescribeStacks({ client: new CloudFormationClient({ region }) }, {})) {
    found.push(...(page.Stacks ?? []));
  }
  const own = found.filter(({ StackName }) => names.has(StackName ?? ''));
  return {
    stacks: own.map(({ StackName, StackStatus, Description = '' }) => ({
      name: StackName!,
      status: StackStatus!,
      ours: Description.startsWith(names.get(StackName!)!),
    })),
    clusters: found.flatMap(clusterOf).filter((other) => other !== name),
  };
}

/** The cluster whose stack of volumes it is. */
function clusterOf({ StackName = '', Description = '' }: Stack): string[] {
  const end = '-stateful';
  const isOne = StackName.endsWith(end) && Description.startsWith(`${STACKS.stateful}, control bucket`);
  return isOne ? [StackName.slice(0, -end.length)] : [];
}

async function functionsOf({ name, region }: Cluster, abortSignal: AbortSignal): Promise<string[]> {
  const lambda = new LambdaClient({ region });
  const asked = [FUNCTIONS.healthCheck(name, 0), FUNCTIONS.reconnectRedis(name)].map(async (FunctionName) => {
    const call = lambda.send(new GetFunctionConfigurationCommand({ FunctionName }), { abortSignal });
    return (await orNull(call, 'ResourceNotFoundException')) === null ? [] : [FunctionName];
  });
  return (await Promise.all(asked)).flat();
}

async function volumesOf({ name, region }: Cluster): Promise<NamesSeen['volumes']> {
  const Filters = [{ Name: `tag:${TAGS.cluster}`, Values: [name] }];
  const found: Volume[] = [];
  for await (const page of paginateDescribeVolumes({ client: new EC2Client({ region }) }, { Filters })) {
    found.push(...(page.Volumes ?? []));
  }
  return found
    .filter(isUsable)
    .map((volume) => ({ id: volume.VolumeId!, tags: tagsOf(volume.Tags) }))
    .filter(({ tags }) => tags[TAGS.generation] !== undefined && tags[TAGS.kept] === undefined)
    .map(({ id, tags }) => ({
      id,
      node: tags[TAGS.node] ?? 'a node',
      shard: Number(tags[TAGS.shard] ?? 0),
      generation: Number(tags[TAGS.generation]),
    }));
}

/** As CloudFormation names them: the stack's name, cut off where it is long, the logical id, and what makes it unique. */
const MADE_NAME = /^(.+)-(control|blocks)bucket-[a-z0-9]+$/;
const CUT_OFF_FROM = 20;

async function bucketsOf({ name, region }: Cluster, abortSignal: AbortSignal): Promise<NamesSeen['buckets']> {
  const stack = `${name}-stateful`;
  const s3 = new S3Client({ region });
  const asked = new ListBucketsCommand({ Prefix: stack.slice(0, CUT_OFF_FROM), BucketRegion: region });
  const { Buckets = [] } = await s3.send(asked, { abortSignal });
  return Buckets.flatMap(({ Name = '' }) => {
    const [, begins = '', holds] = MADE_NAME.exec(Name) ?? [];
    if (begins !== stack && !(begins.length >= CUT_OFF_FROM && stack.startsWith(begins))) return [];
    return holds === 'control' || holds === 'blocks' ? [{ name: Name, holds }] : [];
  });
}
