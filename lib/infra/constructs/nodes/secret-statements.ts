import type { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Cluster } from '../../config/cluster';
import type { DeclaredSecrets } from '../../config/schema/secrets';

/** What reading the declared secrets takes, and their last good copy: these, and no others. */
export function secretStatements(
  stack: Stack,
  { secrets = {} }: Cluster,
  copyKeyArn: string | null,
): PolicyStatement[] {
  const all = Object.values(secrets);
  if (all.length === 0 || copyKeyArn === null) return [];
  const inManager = unique(all.flatMap((one) => ('parameter' in one ? [] : [secretArn(stack, one.secretsManager)])));
  const parameters = parametersOf(stack, { secrets });
  return [
    ...(inManager.length === 0
      ? []
      : [
          new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: inManager }),
          // Knows no resource. It returns only what GetSecretValue is allowed of.
          new PolicyStatement({ actions: ['secretsmanager:BatchGetSecretValue'], resources: ['*'] }),
        ]),
    ...(parameters.length === 0
      ? []
      : [new PolicyStatement({ actions: ['ssm:GetParameters'], resources: parameters })]),
    ...keyStatements(stack, secrets),
    new PolicyStatement({ actions: ['kms:GenerateDataKey', 'kms:Decrypt'], resources: [copyKeyArn] }),
  ];
}

/** ARNs of the declared ones. */
export const parametersOf = (stack: Stack, { secrets = {} }: Pick<Cluster, 'secrets'>): string[] =>
  unique(Object.values(secrets).flatMap((one) => ('parameter' in one ? [parameterArn(stack, one.parameter)] : [])));

/** Keys of the user's, by the services that keep the secrets and not by themselves. */
function keyStatements(stack: Stack, secrets: DeclaredSecrets): PolicyStatement[] {
  const keys = new Map<string, Set<string>>();
  for (const one of Object.values(secrets)) {
    const service = 'parameter' in one ? 'ssm' : 'secretsmanager';
    if (one.kmsKey !== undefined) keys.set(service, (keys.get(service) ?? new Set()).add(one.kmsKey));
  }
  return [...keys].map(
    ([service, arns]) =>
      new PolicyStatement({
        actions: ['kms:Decrypt'],
        resources: [...arns],
        conditions: { StringEquals: { 'kms:ViaService': `${service}.${stack.region}.amazonaws.com` } },
      }),
  );
}

const unique = (all: readonly string[]): string[] => [...new Set(all)];

/** Six characters of Secrets Manager's own end it: those of the whole ARN, or any. */
function secretArn(stack: Stack, id: string): string {
  const arn = id.startsWith('arn:')
    ? id
    : `arn:${stack.partition}:secretsmanager:${stack.region}:${stack.account}:secret:${id}`;
  return id.startsWith('arn:') && /-[A-Za-z0-9]{6}$/.test(id) ? arn : `${arn}-??????`;
}

const parameterArn = (stack: Stack, name: string): string =>
  `arn:${stack.partition}:ssm:${stack.region}:${stack.account}:parameter/${name.replace(/^\//, '')}`;
