import { join } from 'node:path';
import { Duration, type Stack } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as InvokeFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { ENV } from '../../../contract/environment';
import { SHARED_WORKERS, shardSuffix, WORKERS } from '../../../contract/functions';
import { STORAGE } from '../../../contract/keys';
import { KEPT_EXECUTIONS } from '../../config/lambda-reserve';
import {
  acknowledgeAnnouncements,
  acknowledgeCertificates,
  acknowledgeStorage,
  EVERY_ANNOUNCEMENT,
  EVERY_REQUEST,
  readableKeys,
} from '../nodes/readable-keys';
import { pascal } from '../../../contract/pascal';
import { BundledFunction } from './bundled-function';
import { CONTROL_FUNCTIONS } from './functions';
import type { FunctionContext, FunctionRights, FunctionSchedule, FunctionSpec } from './function-spec';
import { acknowledgeEbs } from './volume-permissions';

export interface ControlFunctionsProps extends Pick<FunctionContext, 'cluster' | 'ofCluster' | 'groups'> {
  /** Root of the repository; lambdas/ has a directory per function. */
  readonly root: string;
  readonly controlBucket: Bucket;
  readonly vpc: IVpc;
  readonly vpcSubnets: SubnetSelection;
  readonly securityGroup: ISecurityGroup;
  /** Gets what Lambda gives up of asynchronous calls. */
  readonly givenUp: IQueue;
}

/** The functions of the table that this shard needs, with their schedules; by name. */
export function controlFunctions(stack: Stack, props: ControlFunctionsProps): Map<string, LambdaFunction> {
  const made = new Map<string, LambdaFunction>();
  const contextOf = ({ name }: FunctionSpec): FunctionContext => ({
    ...props,
    stack,
    workers: [],
    handler: join(props.root, 'lambdas', name, 'handler.ts'),
  });
  const needed = CONTROL_FUNCTIONS.filter((spec) => spec.isNeeded?.(contextOf(spec)) !== false);
  const workers = WORKERS.filter((name) => SHARED_WORKERS.includes(name) || needed.some((spec) => spec.name === name));
  for (const spec of needed) {
    const context = { ...contextOf(spec), workers };
    const rights = spec.rights(context);
    const fn = bundled(stack, spec, rights, props, context.handler).function;
    made.set(spec.name, fn);
    if (spec.schedule === undefined) everyDay(stack, spec, props, fn);
    else scheduled(stack, spec, spec.schedule, props, fn, rights.input ?? {});
  }
  return made;
}

const nameInAws = ({ name }: FunctionSpec, { cluster }: ControlFunctionsProps): string =>
  `${cluster.name}-${name}${shardSuffix(cluster.shard)}`;

function scheduled(
  stack: Stack,
  spec: FunctionSpec,
  { id, description, every }: FunctionSchedule,
  props: ControlFunctionsProps,
  called: LambdaFunction,
  input: object,
): void {
  new Rule(stack, id, {
    ruleName: nameInAws(spec, props),
    description,
    schedule: every === 'minute' ? Schedule.rate(Duration.minutes(1)) : Schedule.cron({ minute: `${every}/5` }),
    targets: [
      new InvokeFunction(called, {
        event: RuleTargetInput.fromObject({ source: 'schedule', ...input }),
        // An invocation that is a minute late has been overtaken by the next one.
        retryAttempts: 1,
        maxEventAge: Duration.seconds(60),
      }),
    ],
  });
}

/** A function in a VPC that nobody calls for weeks becomes Inactive: its next call fails, when it would be needed. */
function everyDay(stack: Stack, spec: FunctionSpec, props: ControlFunctionsProps, called: LambdaFunction): void {
  new Rule(stack, `EveryDay${pascal(spec.name)}`, {
    ruleName: nameInAws(spec, props),
    description: `Keeps ${spec.name} from becoming Inactive`,
    schedule: Schedule.rate(Duration.days(1)),
    targets: [
      new InvokeFunction(called, {
        event: RuleTargetInput.fromObject({ source: 'wake' }),
        retryAttempts: 2,
        maxEventAge: Duration.hours(1),
      }),
    ],
  });
}

function bundled(
  stack: Stack,
  spec: FunctionSpec,
  rights: FunctionRights,
  props: ControlFunctionsProps,
  handler: string,
): BundledFunction {
  const { cluster, controlBucket, root, vpc, vpcSubnets } = props;
  const objects = (keys: readonly string[]): string[] => keys.map((key) => controlBucket.arnForObjects(key));
  const { writes = [] } = rights;
  const read = [...(spec.isBare ? [] : readableKeys(cluster)), ...(rights.reads ?? [])];
  const reading = (keys: readonly string[]): PolicyStatement[] => [
    // Without ListBucket S3 answers 403 instead of 404 for an object that does not exist yet.
    new PolicyStatement({ actions: ['s3:ListBucket'], resources: [controlBucket.bucketArn] }),
    new PolicyStatement({ actions: ['s3:GetObject'], resources: objects(keys) }),
  ];
  const reserved = cluster.lambda?.reserve === true ? KEPT_EXECUTIONS[spec.name] : undefined;
  const made = new BundledFunction(stack, spec.name, {
    functionName: nameInAws(spec, props),
    entry: rights.entry ?? handler,
    ...(spec.maxBundleBytes !== undefined && { maxBundleBytes: spec.maxBundleBytes }),
    root,
    description: spec.description,
    timeout: Duration.seconds(spec.timeoutS),
    // What the schedule or health-check asks for is asked again soon; a node asks once.
    asynchronous:
      spec.schedule === undefined
        ? { maxAge: Duration.minutes(5), retries: 2, givenUp: props.givenUp }
        : { maxAge: Duration.seconds(60), retries: 0, givenUp: props.givenUp },
    ...(reserved !== undefined && { reserved }),
    environment: {
      [ENV.cluster]: cluster.name,
      [ENV.shard]: String(cluster.shard),
      [ENV.controlBucket]: controlBucket.bucketName,
      [ENV.policy]: JSON.stringify(cluster.policy),
      ...rights.environment,
    },
    vpc,
    vpcSubnets,
    securityGroup: rights.securityGroup ?? props.securityGroup,
    permissions: [
      ...(read.length === 0 ? [] : reading(read)),
      ...(writes.length === 0 ? [] : [new PolicyStatement({ actions: ['s3:PutObject'], resources: objects(writes) })]),
      ...(rights.permissions ?? []),
    ],
  });
  if (read.includes(EVERY_ANNOUNCEMENT)) acknowledgeAnnouncements(made, controlBucket.bucketArn);
  if (read.includes(EVERY_REQUEST)) acknowledgeCertificates(made, controlBucket.bucketArn);
  if (spec.callsEbs) acknowledgeEbs(made, cluster);
  if (rights.reads?.includes(STORAGE(cluster.shard))) acknowledgeStorage(made, cluster, controlBucket.bucketArn);
  return made;
}
