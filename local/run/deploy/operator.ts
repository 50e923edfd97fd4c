import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { AttachRolePolicyCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { OUTPUTS } from '../../../lib/contract/outputs';
import { EMULATOR_ACCOUNT } from '../../emulator/deploy';
import type { Sessions } from './credentials';
import { LOCAL_CREDENTIALS } from './read-back';

const ROLE = 'promha';

export interface OperatorOptions {
  readonly endpoint: string;
  readonly region: string;
  readonly cluster: string;
  readonly sessions: Sessions;
}

/** Who operates the cluster, with the policies that it deploys for that: a session, as environment variables. */
export async function makeOperator({
  endpoint,
  region,
  cluster,
  sessions,
}: OperatorOptions): Promise<Readonly<Record<string, string>>> {
  const options = { endpoint, region, credentials: LOCAL_CREDENTIALS };
  const StackName = `${cluster}-control`;
  const { Stacks } = await new CloudFormationClient(options).send(new DescribeStacksCommand({ StackName }));
  const arns = [OUTPUTS.operatorPolicy, OUTPUTS.smokePolicy].map(
    (key) => Stacks?.[0]?.Outputs?.find(({ OutputKey }) => OutputKey === key)?.OutputValue,
  );
  const iam = new IAMClient(options);
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: EMULATOR_ACCOUNT }, Action: 'sts:AssumeRole' }],
  };
  await iam.send(new CreateRoleCommand({ RoleName: ROLE, AssumeRolePolicyDocument: JSON.stringify(trust) }));
  for (const PolicyArn of arns) await iam.send(new AttachRolePolicyCommand({ RoleName: ROLE, PolicyArn }));
  return sessions({ role: ROLE }, 'laptop');
}
