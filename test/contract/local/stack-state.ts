import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  type CloudFormationClientConfig,
} from '@aws-sdk/client-cloudformation';

/** What a stack has come to, and why what of it failed, by logical id. `StackName`: an id where it is deleted. */
export async function stackState(
  client: CloudFormationClientConfig,
  StackName: string,
): Promise<{ readonly status: string; readonly failed: Readonly<Record<string, string>> }> {
  const cloudFormation = new CloudFormationClient(client);
  const [stack] = (await cloudFormation.send(new DescribeStacksCommand({ StackName }))).Stacks!;
  const { StackEvents = [] } = await cloudFormation.send(new DescribeStackEventsCommand({ StackName }));
  const failed = StackEvents.filter((event) => event.ResourceStatus!.endsWith('_FAILED')).filter(
    (event) => event.LogicalResourceId !== stack!.StackName,
  );
  return {
    status: stack!.StackStatus!,
    failed: Object.fromEntries(failed.map((event) => [event.LogicalResourceId!, event.ResourceStatusReason ?? ''])),
  };
}
