import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { SERVICE_ROLES, type ServiceRole } from '../../core/preflight/account';
import type { AwsAnswer } from '../../core/preflight/findings';
import type { Need } from '../../core/preflight/needs';
import { askAws, orNull, told } from './ask';

export interface AccountSeen {
  readonly account: string | null;
  readonly roles: Readonly<Record<ServiceRole, AwsAnswer<boolean>>>;
  /** Version of the CDK's bootstrap stack; null: there is none. */
  readonly bootstrap: AwsAnswer<number | null>;
  /** By code. */
  readonly quotas: Readonly<Record<string, AwsAnswer<number>>>;
}

/** What holds of the account in the region, whatever is deployed there. */
export async function lookAtAccount(region: string, needs: readonly Need[]): Promise<AccountSeen> {
  // Answers name their resources, and these the account.
  const arns: (string | undefined)[] = [];
  const iam = new IAMClient({ region });
  const role = async (RoleName: string): Promise<AwsAnswer<boolean>> =>
    askAws(async (abortSignal) => {
      const found = await orNull(iam.send(new GetRoleCommand({ RoleName }), { abortSignal }), 'NoSuchEntityException');
      arns.push(found?.Role?.Arn);
      return found !== null;
    });
  const names = Object.keys(SERVICE_ROLES) as ServiceRole[];
  const [roles, bootstrap, quotas] = await Promise.all([
    Promise.all(names.map(async (name) => [name, await role(name)] as const)),
    askAws((abortSignal) => bootstrapVersion(region, arns, abortSignal)),
    Promise.all(needs.map(async ({ quota }) => [quota.code, await askQuota(region, quota)] as const)),
  ]);
  return {
    account: arns.map((arn) => arn?.split(':')[4]).find((id) => /^\d{12}$/.test(id ?? '')) ?? null,
    roles: Object.fromEntries(roles) as AccountSeen['roles'],
    bootstrap,
    quotas: Object.fromEntries(quotas),
  };
}

/** The CDK's own parameter, of the default qualifier. */
const BOOTSTRAP = '/cdk-bootstrap/hnb659fds/version';

async function bootstrapVersion(
  region: string,
  arns: (string | undefined)[],
  abortSignal: AbortSignal,
): Promise<number | null> {
  const ssm = new SSMClient({ region });
  const found = await orNull(
    ssm.send(new GetParameterCommand({ Name: BOOTSTRAP }), { abortSignal }),
    'ParameterNotFound',
  );
  arns.push(found?.Parameter?.ARN);
  return found === null ? null : Number(told(found.Parameter?.Value, 'Parameter.Value'));
}

/** What the account has; where nothing was ever raised, the default of everybody. */
async function askQuota(region: string, { service, code }: Need['quota']): Promise<AwsAnswer<number>> {
  return askAws(async (abortSignal) => {
    if (service === 'lambda') {
      // Service Quotas tells the default also of an account that has less.
      const { AccountLimit } = await new LambdaClient({ region }).send(new GetAccountSettingsCommand({}), {
        abortSignal,
      });
      return told(AccountLimit?.ConcurrentExecutions, 'ConcurrentExecutions');
    }
    const client = new ServiceQuotasClient({ region });
    const asked = { ServiceCode: service, QuotaCode: code };
    const own = await orNull(
      client.send(new GetServiceQuotaCommand(asked), { abortSignal }),
      'NoSuchResourceException',
    );
    const quota = own ?? (await client.send(new GetAWSDefaultServiceQuotaCommand(asked), { abortSignal }));
    return told(quota.Quota?.Value, 'Quota.Value');
  });
}
