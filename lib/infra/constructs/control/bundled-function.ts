import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { AssetHashType, Duration, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime, RuntimeFamily } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { NODE_MAJOR } from '../../../contract/versions';
import { acknowledgeWildcards } from '../acknowledge';
import { partitionOf } from '../partition';
import { bundle, withFile, type BundleEntry } from './bundle';

export interface BundledFunctionProps {
  /** Name in AWS. */
  readonly functionName: string;
  /** The module that exports `handler`. */
  readonly entry: BundleEntry;
  /** A larger one is refused. @default MAX_BUNDLE_BYTES */
  readonly maxBundleBytes?: number;
  /** Directory that imports are resolved from. */
  readonly root: string;
  readonly description: string;
  readonly timeout: Duration;
  /** Of what is asked asynchronously. AWS would try it for 6 hours, beside what is asked since. */
  readonly asynchronous: { readonly maxAge: Duration; readonly retries: number; readonly givenUp: IQueue };
  /** Executions that are kept for it. @default none */
  readonly reserved?: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly vpc: IVpc;
  readonly vpcSubnets: SubnetSelection;
  readonly securityGroup: ISecurityGroup;
  /** What it may do besides running and logging. */
  readonly permissions: readonly PolicyStatement[];
}

/** They take 80 to 120 MiB here, and a hundredth of a CPU: Lambda gives a tenth with this much. docs/costs.md. */
const MEMORY_MIB = 176;

const RUNTIME = new Runtime(`nodejs${NODE_MAJOR}.x`, RuntimeFamily.NODEJS);

/** A Lambda function of one file, bundled at synth, with a role and a log group of its own. */
export class BundledFunction extends Construct {
  readonly function: LambdaFunction;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: BundledFunctionProps) {
    super(scope, id);
    this.logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/aws/lambda/${props.functionName}`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // Everything inline: the role is complete before the function first runs in it.
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        run: new PolicyDocument({ statements: [...this.running(props), ...props.permissions] }),
      },
    });
    acknowledgeWildcards(role, 'Lambda makes network interfaces of names that nobody knows yet.', [
      '*',
      inEc2(shown(this), '*/*'),
      ...foreignSubnets(props).map((id) => inEc2({ ...shown(this), account: '*' }, `subnet/${id}`)),
    ]);
    this.function = withFile('index.js', bundle(props.entry, props.root, props.maxBundleBytes), (path, directory) => {
      const code = Code.fromAsset(directory, { assetHashType: AssetHashType.CUSTOM, assetHash: hashOfFile(path) });
      return new LambdaFunction(this, 'Function', {
        functionName: props.functionName,
        description: props.description,
        code,
        handler: 'index.handler',
        runtime: RUNTIME,
        architecture: Architecture.ARM_64,
        memorySize: MEMORY_MIB,
        timeout: props.timeout,
        maxEventAge: props.asynchronous.maxAge,
        retryAttempts: props.asynchronous.retries,
        // By hand: the library's destination would put the permission into a policy of its own.
        onFailure: { bind: () => ({ destination: props.asynchronous.givenUp.queueArn }) },
        ...(props.reserved !== undefined && { reservedConcurrentExecutions: props.reserved }),
        environment: { ...props.environment },
        role,
        logGroup: this.logGroup,
        vpc: props.vpc,
        vpcSubnets: props.vpcSubnets,
        securityGroups: [props.securityGroup],
      });
    });
  }

  private running(props: BundledFunctionProps): PolicyStatement[] {
    const { partition, region, account } = Stack.of(this);
    const shared = foreignSubnets(props).map((id) => inEc2({ partition, region, account: '*' }, `subnet/${id}`));
    return [
      // Lambda sends there what it gave up, with the function's own role.
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: ['sqs:SendMessage'],
        resources: [props.asynchronous.givenUp.queueArn],
      }),
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [this.logGroup.logGroupArn],
      }),
      // Lambda manages the function's network interfaces with the function's own role, and wants all of the account
      // (Lambda Developer Guide, "Giving Lambda functions access to resources in an Amazon VPC").
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: [
          'ec2:CreateNetworkInterface',
          'ec2:DeleteNetworkInterface',
          'ec2:AssignPrivateIpAddresses',
          'ec2:UnassignPrivateIpAddresses',
        ],
        resources: [inEc2({ partition, region, account }, '*/*')],
      }),
      // A subnet may be shared by another account, whose it then is: by its id, for which account that is synth does not know.
      ...(shared.length === 0
        ? []
        : [new PolicyStatement({ effect: Effect.ALLOW, actions: ['ec2:CreateNetworkInterface'], resources: shared })]),
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'],
        resources: ['*'],
      }),
    ];
  }
}

/** Subnets of a VPC that was there before; those of our own are of our account. */
const foreignSubnets = ({ vpc, vpcSubnets }: BundledFunctionProps): string[] =>
  vpc.selectSubnets(vpcSubnets).subnetIds.filter((id) => !Token.isUnresolved(id));

interface Place {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

const inEc2 = ({ partition, region, account }: Place, what: string): string =>
  `arn:${partition}:ec2:${region}:${account}:${what}`;

/** As cdk-nag reports it. */
function shown(scope: Construct): Place {
  const { region, account } = Stack.of(scope);
  return {
    partition: partitionOf(region),
    region,
    account: Token.isUnresolved(account) ? '<AWS::AccountId>' : account,
  };
}

function hashOfFile(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
