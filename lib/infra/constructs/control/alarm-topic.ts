import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';

/** Where alarms go. With a key of its own: CloudWatch cannot publish to a topic under the AWS-managed one. */
export function alarmTopic(scope: Construct, id: string, email: string | undefined): Topic {
  const key = new Key(scope, `${id}Key`, {
    description: 'Alarms of the Prometheus control plane',
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.DESTROY,
    pendingWindow: Duration.days(7),
  });
  const topic = new Topic(scope, id, { displayName: 'Prometheus control plane', masterKey: key, enforceSSL: true });
  // A topic's own policy replaces SNS's default one, which would let the account's alarms publish.
  topic.addToResourcePolicy(alarmsMay(scope, ['sns:Publish'], topic.topicArn));
  key.addToResourcePolicy(alarmsMay(scope, ['kms:Decrypt', 'kms:GenerateDataKey*'], '*'));
  if (email !== undefined) topic.addSubscription(new EmailSubscription(email));
  return topic;
}

/** Alarms of this account, and of no other. */
const alarmsMay = (scope: Construct, actions: string[], resource: string): PolicyStatement =>
  new PolicyStatement({
    principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
    actions,
    resources: [resource],
    conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
  });
