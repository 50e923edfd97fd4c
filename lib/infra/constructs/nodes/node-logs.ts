import { RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { shardSuffix } from '../../../contract/functions';
import { NODE_LOG_DIR, NODE_LOGS } from '../../../contract/node-logs';
import type { Cluster } from '../../config/cluster';

const groupName = ({ name, shard }: Cluster): string => `/prometheus-ha/${name}/nodes${shardSuffix(shard)}`;

/** Where the nodes of a shard send what their programs say: it outlives them. */
export function nodeLogGroup(stack: Stack, id: string, cluster: Cluster): LogGroup {
  return new LogGroup(stack, id, {
    logGroupName: groupName(cluster),
    retention: RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  });
}

/** Streams of its own, and nobody else's. */
export const logStatement = (stack: Stack, cluster: Cluster, node: string): PolicyStatement =>
  new PolicyStatement({
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [streamsOf(stack, cluster, node)],
  });

/** ARN of all streams of a node. */
export const streamsOf = (
  { partition, region, account }: Pick<Stack, 'partition' | 'region' | 'account'>,
  cluster: Cluster,
  node: string,
): string => `arn:${partition}:logs:${region}:${account}:log-group:${groupName(cluster)}:log-stream:${node}/*`;

/** Of the CloudWatch agent: one stream for each program of each machine. */
export const collectedLogs = (cluster: Cluster, node: string): object => ({
  agent: { region: cluster.region },
  logs: {
    logs_collected: {
      files: {
        collect_list: NODE_LOGS.map((program) => ({
          file_path: `${NODE_LOG_DIR}/${program}.log`,
          log_group_name: groupName(cluster),
          log_stream_name: `${node}/{instance_id}/${program}`,
        })),
      },
    },
  },
});
