import * as z from 'zod/mini';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient, GetTemplateCommand, ListStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, paginateDescribeAlarms, type MetricAlarm } from '@aws-sdk/client-cloudwatch';
import {
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { EventBridgeClient, ListRulesCommand, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { METRIC_NAMESPACE } from '../../../lib/contract/metrics';
import { TAGS } from '../../../lib/contract/tags';
import { EMULATOR_ACCOUNT } from '../../emulator/deploy';
import { inputOf } from './schedule-input';
import { timesOf, type Times } from './schedule-times';
import { nameInArn, ownersSessions, type Sessions } from './credentials';
import { readFunctionLimits } from './function-limits';
import type { DeployedAlarm } from '../functions/alarms';
import type { DeployedFunction } from '../functions/function';
import type { DeployedInstance } from '../hosts/instance';
import { ownDocument } from '../../../lib/shell/local/own-document';
import { fields, mapOf, optional, text } from '../../../lib/contract/shape';

/** A schedule as it was deployed: a rule with a rate or times, a function, and what it would be handed now. */
export interface DeployedSchedule extends Times {
  readonly name: string;
  readonly arn: string;
  readonly functionArn: string;
  readonly input: unknown;
}

/** Everything that runs, as the deployed resources say. There is no second definition of the topology. */
export interface Deployment {
  readonly vpcCidr: string;
  readonly instances: readonly DeployedInstance[];
  readonly functions: readonly DeployedFunction[];
  readonly schedules: readonly DeployedSchedule[];
  readonly alarms: readonly DeployedAlarm[];
}

export interface ReadBackOptions {
  readonly cluster: string;
  readonly region: string;
  readonly endpoint: string;
  /** Where function bundles are unpacked. */
  readonly dir: string;
  readonly fetchObject: (bucket: string, key: string) => Promise<Uint8Array>;
  /** @default the owner's */
  readonly sessions?: Sessions;
}

export async function readBack(options: ReadBackOptions): Promise<Deployment> {
  const [network, rest] = await Promise.all([
    readInstances(new EC2Client(clientOf(options)), options),
    readControlPlane(options),
  ]);
  return { ...network, ...rest };
}

const clientOf = ({ endpoint, region }: ReadBackOptions) => ({ endpoint, region, credentials: LOCAL_CREDENTIALS });

/** Functions and what calls them. */
export async function readControlPlane(
  options: ReadBackOptions,
): Promise<Pick<Deployment, 'functions' | 'schedules' | 'alarms'>> {
  const client = clientOf(options);
  const [functions, schedules, alarms] = await Promise.all([
    readFunctions(new LambdaClient(client), new CloudFormationClient(client), options),
    readSchedules(new EventBridgeClient(client)),
    readAlarms(new CloudWatchClient(client)),
  ]);
  return { functions, schedules, alarms };
}

export async function readFunctionNames(options: ReadBackOptions): Promise<string[]> {
  const { Functions } = await new LambdaClient(clientOf(options)).send(new ListFunctionsCommand({}));
  return (Functions ?? []).map((f) => f.FunctionName!);
}

export const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/** Running instances of the cluster, by name, with what their launch template says now. */
export async function readInstances(
  ec2: EC2Client,
  { cluster, region }: Pick<ReadBackOptions, 'cluster' | 'region'>,
): Promise<Pick<Deployment, 'vpcCidr' | 'instances'>> {
  const described = await ec2.send(
    new DescribeInstancesCommand({
      Filters: [
        { Name: `tag:${TAGS.cluster}`, Values: [cluster] },
        { Name: 'instance-state-name', Values: ['running'] },
      ],
    }),
  );
  const found = (described.Reservations ?? []).flatMap((r) => r.Instances ?? []);
  if (found.length === 0) throw new Error(`no running instance carries the tag ${TAGS.cluster}=${cluster}`);
  const vpcs = await ec2.send(new DescribeVpcsCommand({ VpcIds: [found[0]!.VpcId!] }));
  const instances = await Promise.all(
    found.map(async (instance) => {
      const tag = (key: string): string => instance.Tags?.find((t) => t.Key === key)?.Value ?? '';
      return {
        node: tag(TAGS.node),
        shard: Number(tag(TAGS.shard)),
        instanceId: instance.InstanceId!,
        privateAddress: instance.PrivateIpAddress!,
        zone: instance.Placement!.AvailabilityZone!,
        region,
        ...(await readTemplate(ec2, tag('aws:ec2launchtemplate:id'))),
      };
    }),
  );
  return { vpcCidr: vpcs.Vpcs![0]!.CidrBlock!, instances: instances.sort((a, b) => (a.node < b.node ? -1 : 1)) };
}

async function readTemplate(
  ec2: EC2Client,
  launchTemplateId: string,
): Promise<Pick<DeployedInstance, 'userData' | 'templateVersion' | 'instanceProfile' | 'securityGroups'>> {
  const { LaunchTemplateVersions } = await ec2.send(
    new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: launchTemplateId, Versions: ['$Latest'] }),
  );
  const latest = LaunchTemplateVersions![0]!;
  const { IamInstanceProfile, SecurityGroupIds, NetworkInterfaces } = latest.LaunchTemplateData!;
  const { Arn, Name } = IamInstanceProfile!;
  return {
    instanceProfile: Name ?? nameInArn(Arn!),
    securityGroups: SecurityGroupIds ?? NetworkInterfaces?.[0]?.Groups ?? [],
    userData: Buffer.from(latest.LaunchTemplateData!.UserData!, 'base64').toString(),
    templateVersion: latest.VersionNumber!,
  };
}

/** Code comes from where the templates say it is: the asset that the CDK CLI published. */
async function readFunctions(
  lambda: LambdaClient,
  cfn: CloudFormationClient,
  o: ReadBackOptions,
): Promise<DeployedFunction[]> {
  const code = await functionCode(cfn, o.cluster);
  const { Functions } = await lambda.send(new ListFunctionsCommand({}));
  return Promise.all(
    (Functions ?? []).map(async (f) => {
      const at = code.get(f.FunctionName!);
      if (at === undefined) throw new Error(`no template says where the code of ${f.FunctionName} is`);
      const dir = join(o.dir, f.FunctionName!);
      mkdirSync(dir, { recursive: true });
      writeFileSync(join(dir, 'code.zip'), await o.fetchObject(at.bucket, at.key));
      execFileSync('python3', ['-m', 'zipfile', '-e', 'code.zip', 'code'], { cwd: dir });
      return {
        name: f.FunctionName!,
        arn: f.FunctionArn!,
        entry: join(dir, 'code', `${f.Handler!.split('.')[0]}.js`),
        environment: f.Environment?.Variables ?? {},
        credentials: await (o.sessions ?? ownersSessions)({ role: nameInArn(f.Role!) }, f.FunctionName!),
        timeoutMs: f.Timeout! * 1000,
        securityGroups: f.VpcConfig?.SecurityGroupIds ?? [],
        subnets: f.VpcConfig?.SubnetIds ?? [],
        ...(await readFunctionLimits(lambda, f.FunctionName!)),
      };
    }),
  );
}

const TEMPLATE = ownDocument(
  'template',
  fields({ Resources: mapOf(text, fields({ Type: text, Properties: optional(z.unknown()) })) }),
);
const FUNCTION = ownDocument(
  'function of a template',
  fields({
    FunctionName: text,
    Code: fields({ S3Bucket: z.union([text, fields({ 'Fn::Sub': text })]), S3Key: text }),
  }),
);

async function functionCode(
  cfn: CloudFormationClient,
  cluster: string,
): Promise<Map<string, { bucket: string; key: string }>> {
  const code = new Map<string, { bucket: string; key: string }>();
  const { StackSummaries } = await cfn.send(new ListStacksCommand({}));
  for (const { StackName, StackStatus } of StackSummaries ?? []) {
    if (StackStatus?.startsWith('DELETE') || !StackName?.startsWith(`${cluster}-`)) continue;
    const { TemplateBody } = await cfn.send(new GetTemplateCommand({ StackName }));
    for (const { Type, Properties } of Object.values(TEMPLATE.parse(TemplateBody!, StackName).Resources)) {
      if (Type !== 'AWS::Lambda::Function') continue;
      const { FunctionName, Code } = FUNCTION.check(Properties, StackName);
      const bucket = typeof Code.S3Bucket === 'string' ? Code.S3Bucket : Code.S3Bucket['Fn::Sub'];
      code.set(FunctionName, { bucket: bucket.replace('${AWS::AccountId}', EMULATOR_ACCOUNT), key: Code.S3Key });
    }
  }
  return code;
}

export async function readSchedules(events: EventBridgeClient): Promise<DeployedSchedule[]> {
  const { Rules } = await events.send(new ListRulesCommand({}));
  const scheduled = (Rules ?? []).filter((rule) => rule.ScheduleExpression !== undefined && rule.State === 'ENABLED');
  const all = await Promise.all(
    scheduled.map(async (rule) => {
      const { Targets } = await events.send(new ListTargetsByRuleCommand({ Rule: rule.Name! }));
      return (Targets ?? []).map((target) => ({
        name: rule.Name!,
        arn: rule.Arn!,
        ...timesOf(rule.ScheduleExpression!),
        functionArn: target.Arn!,
        input: inputOf(target, new Date()),
      }));
    }),
  );
  return all.flat();
}

/** Whose metrics there are here: our own, those of functions and of queues. Nobody plays ECS's. */
const PLAYED = new Set([METRIC_NAMESPACE, 'AWS/Lambda', 'AWS/SQS']);

export async function readAlarms(cloudwatch: CloudWatchClient): Promise<DeployedAlarm[]> {
  const found: MetricAlarm[] = [];
  for await (const { MetricAlarms } of paginateDescribeAlarms({ client: cloudwatch }, {})) {
    found.push(...(MetricAlarms ?? []));
  }
  return found
    .filter((a) => PLAYED.has(a.Namespace!))
    .map((a) => ({
      name: a.AlarmName!,
      arn: a.AlarmArn!,
      metric: {
        namespace: a.Namespace!,
        name: a.MetricName!,
        dimensions: Object.fromEntries((a.Dimensions ?? []).map((d) => [d.Name!, d.Value!])),
      },
      statistic: a.Statistic as DeployedAlarm['statistic'],
      periodMs: a.Period! * 1000,
      evaluationPeriods: a.EvaluationPeriods!,
      datapointsToAlarm: a.DatapointsToAlarm ?? a.EvaluationPeriods!,
      comparison: a.ComparisonOperator!,
      threshold: a.Threshold!,
      treatMissingData: a.TreatMissingData ?? 'missing',
      alarmActions: a.AlarmActions ?? [],
      okActions: a.OKActions ?? [],
    }));
}
