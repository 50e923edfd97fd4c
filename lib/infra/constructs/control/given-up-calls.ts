import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { shardSuffix } from '../../../contract/functions';
import type { Cluster } from '../../config/cluster';
import { acknowledge } from '../acknowledge';

export const givenUpQueueName = ({ name, shard }: Cluster): string => `${name}-given-up${shardSuffix(shard)}`;

/** Keeps for two weeks what Lambda gave up of a shard's asynchronous calls: who was called with what, and why it failed. */
export function givenUpCalls(scope: Construct, id: string, cluster: Cluster): Queue {
  const queue = new Queue(scope, id, {
    queueName: givenUpQueueName(cluster),
    retentionPeriod: Duration.days(14),
    enforceSSL: true,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  acknowledge(queue, 'AwsSolutions-SQS3', 'It is itself where calls end that failed; nobody takes messages from it.');
  return queue;
}
