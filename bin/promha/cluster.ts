import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { runningState } from '../../local/run/run-dir';
import { Unreachable } from './exit';

/** Where a cluster's control bucket is. */
export interface ClusterHandle {
  readonly cluster: string;
  readonly shard: number;
  readonly controlBucket: string;
}

/** Output of the stateful stack that names the control bucket. */
const BUCKET_OUTPUT = 'ControlBucketName';

/** The running local system; points the SDK to its emulator. @throws Unreachable when none runs */
export function localCluster(): ClusterHandle {
  const state = runningState();
  if (state === null) {
    throw new Unreachable({
      what: 'no local system runs',
      expected: '`npm start` in another terminal, as the same user',
      fix: 'start it and wait for `ready`, or leave out --local to ask AWS',
    });
  }
  process.env.AWS_ENDPOINT_URL = state.endpoint;
  process.env.AWS_REGION = state.region;
  process.env.AWS_ACCESS_KEY_ID = 'local';
  process.env.AWS_SECRET_ACCESS_KEY = 'local';
  return { cluster: state.cluster, shard: 0, controlBucket: state.controlBucket };
}

/** Finds the control bucket by the stateful stack's output. @throws Unreachable */
export async function awsCluster(cluster: string): Promise<ClusterHandle> {
  const StackName = `${cluster}-stateful`;
  const answer = await new CloudFormationClient({})
    .send(new DescribeStacksCommand({ StackName }))
    .catch((error: Error) => {
      throw new Unreachable({
        what: `the stack ${StackName} cannot be read`,
        got: error.message,
        expected: 'AWS credentials and a region (AWS_PROFILE, AWS_REGION) of the account the cluster is deployed to',
        fix: 'set them, or name another cluster with --cluster',
      });
    });
  const controlBucket = answer.Stacks?.[0]?.Outputs?.find((o) => o.OutputKey === BUCKET_OUTPUT)?.OutputValue;
  if (controlBucket === undefined) {
    throw new Unreachable({
      what: `the stack ${StackName} has no output ${BUCKET_OUTPUT}`,
      fix: 'deploy it with this version of the app',
    });
  }
  return { cluster, shard: 0, controlBucket };
}
