import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { runningState } from '../../shell/local/run-state';
import { UserError } from '../../contract/errors';
import { OUTPUTS } from '../../contract/outputs';
import { Unreachable } from '../exit';
import { foreignAnswer } from '../../shell/aws/foreign-answer';
import { configuredCluster, type Configured } from './configured';

/** Where a cluster's control bucket is. */
export interface ClusterHandle {
  readonly cluster: string;
  readonly shard: number;
  readonly controlBucket: string;
}

/** A person waits for this one, and the SDK would wait for ever. */
const TIMEOUT_MS = 10_000;

/**
 * The running local system, which `named` has to be the name of if it is given; points the SDK to its emulator, as an
 * operator with the deployed policies or as the account's owner.
 * @throws Unreachable when none runs, or none yet
 */
export function localCluster(named?: string, as: 'operator' | 'owner' = 'operator'): ClusterHandle {
  const state = runningState();
  if (state === null) {
    throw new Unreachable({
      what: 'no local system runs',
      expected: '`npm start` in another terminal, as the same user',
      fix: 'start it and wait for `ready`, or leave out --local to ask AWS',
    });
  }
  if (named !== undefined && named !== state.cluster) {
    throw new UserError({
      what: 'the local system is another cluster',
      got: `--local --cluster ${named}`,
      expected: state.cluster,
      fix: 'leave out --cluster, or --local to ask AWS',
    });
  }
  // Without its emulator the SDK would ask AWS.
  if (state.endpoint === '' || state.controlBucket === '') {
    throw new Unreachable({
      what: 'the local system still starts',
      got: 'nothing is deployed yet',
      expected: 'the line `ready` where it was started',
      fix: 'wait for it',
    });
  }
  process.env.AWS_ENDPOINT_URL = state.endpoint;
  // What runs functions has an address of its own.
  if (state.lambda !== undefined) process.env.AWS_ENDPOINT_URL_LAMBDA = state.lambda;
  process.env.AWS_REGION = state.region;
  delete process.env.AWS_SESSION_TOKEN;
  const everything = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
  Object.assign(process.env, (as === 'operator' ? state.operator : undefined) ?? everything);
  return { cluster: state.cluster, shard: 0, controlBucket: state.controlBucket };
}

/** The name that is given, or config/cluster.ts's with its region. Asks nobody. @throws UserError when none is named */
export function clusterMeant(
  named?: string,
  configured: () => Configured = configuredCluster,
): { readonly name: string; readonly region: string | null } {
  const meant = named === undefined ? configured() : { name: named, region: null };
  if (/^[a-z][a-z0-9-]*$/.test(meant.name)) return meant;
  throw new UserError({
    what: '--cluster is not the name of a cluster',
    got: meant.name === '' ? 'nothing' : meant.name,
    expected: 'name in config/cluster.ts: lower-case letters, digits and dashes',
    fix: 'correct it, or leave it out',
  });
}

/**
 * The deployed cluster of that name, or the one of config/cluster.ts, in whose region the SDK then looks unless the
 * environment names another. Found by the stateful stack's output. @throws Unreachable, or UserError when none is named
 */
export async function awsCluster(
  named?: string,
  timeoutMs = TIMEOUT_MS,
  configured: () => Configured = configuredCluster,
): Promise<ClusterHandle> {
  const { name: cluster, region } = clusterMeant(named, configured);
  if (region !== null && process.env.AWS_DEFAULT_REGION === undefined) process.env.AWS_REGION ??= region;
  const StackName = `${cluster}-stateful`;
  const answer = await new CloudFormationClient({})
    .send(new DescribeStacksCommand({ StackName }), { abortSignal: AbortSignal.timeout(timeoutMs) })
    .catch((error: Error) => {
      const silent = error.name === 'TimeoutError' || error.name === 'AbortError';
      const [said] = error.message.split('\n');
      throw new Unreachable({
        what: `the stack ${StackName} cannot be read${isWithoutCredentials(error) ? ': there are no AWS credentials' : ''}`,
        got: silent ? `no answer of CloudFormation within ${timeoutMs / 1000} s` : (foreignAnswer(error) ?? said!),
        expected: 'AWS credentials and a region (AWS_PROFILE, AWS_REGION) of the account the cluster is deployed to',
        fix: 'set them, or name another cluster with --cluster',
      });
    });
  const controlBucket = answer.Stacks?.[0]?.Outputs?.find((o) => o.OutputKey === OUTPUTS.controlBucket)?.OutputValue;
  if (controlBucket === undefined) {
    throw new Unreachable({
      what: `the stack ${StackName} has no output ${OUTPUTS.controlBucket}`,
      fix: 'deploy it with this version of the app',
    });
  }
  return { cluster, shard: 0, controlBucket };
}

const isWithoutCredentials = ({ name }: Error): boolean => /^(Credentials|Token)ProviderError$/.test(name);
