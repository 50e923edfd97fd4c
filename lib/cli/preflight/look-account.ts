import { DescribeAddressesCommand, EC2Client, paginateDescribeVpcs, type Tag } from '@aws-sdk/client-ec2';
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
import type { QuotasSeen } from '../../core/preflight/quotas';
import { TAGS } from '../../contract/tags';
import { tagsOf } from '../../shell/aws/ebs';
import { askAws, orNull, told } from './ask';

export interface AccountSeen extends QuotasSeen {
  readonly account: string | null;
  readonly roles: Readonly<Record<ServiceRole, AwsAnswer<boolean>>>;
  /** Version of the CDK's bootstrap stack; null: there is none. */
  readonly bootstrap: AwsAnswer<number | null>;
}

/** What holds of the account in the region, whatever is deployed there of the cluster. */
export async function lookAtAccount(
  { region, name: cluster }: { readonly region: string; readonly name: string },
  needs: readonly Need[],
): Promise<AccountSeen> {
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
  const [roles, bootstrap, vpcs, addresses, quotas] = await Promise.all([
    Promise.all(names.map(async (name) => [name, await role(name)] as const)),
    askAws((abortSignal) => bootstrapVersion(region, arns, abortSignal)),
    askAws(() => vpcsOfOthers(region, cluster)),
    askAws((abortSignal) => addressesOfOthers(region, cluster, abortSignal)),
    Promise.all(needs.map(async ({ quota }) => [quota.code, await askQuota(region, quota)] as const)),
  ]);
  return {
    account: arns.map((arn) => arn?.split(':')[4]).find((id) => /^\d{12}$/.test(id ?? '')) ?? null,
    roles: Object.fromEntries(roles) as AccountSeen['roles'],
    bootstrap,
    quotas: Object.fromEntries(quotas),
    used: { vpcs, addresses },
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

/** A cluster that is deployed already needs no second VPC. */
const isOfOthers =
  (cluster: string) =>
  ({ Tags }: { readonly Tags?: Tag[] }): boolean =>
    tagsOf(Tags)[TAGS.cluster] !== cluster;

async function vpcsOfOthers(region: string, cluster: string): Promise<number> {
  let others = 0;
  for await (const { Vpcs } of paginateDescribeVpcs({ client: new EC2Client({ region }) }, {})) {
    others += told(Vpcs, 'Vpcs').filter(isOfOthers(cluster)).length;
  }
  return others;
}

async function addressesOfOthers(region: string, cluster: string, abortSignal: AbortSignal): Promise<number> {
  const { Addresses } = await new EC2Client({ region }).send(new DescribeAddressesCommand({}), { abortSignal });
  return told(Addresses, 'Addresses').filter(isOfOthers(cluster)).length;
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
