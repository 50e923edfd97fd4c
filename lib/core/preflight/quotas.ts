import { ifAnswered, stop, warn, well, type AwsAnswer, type PreflightFinding } from './findings';
import type { Counted, Need } from './needs';

/** What an account has: quotas by their codes, and what others than this cluster use of those that are counted. */
export interface QuotasSeen {
  readonly quotas: Readonly<Record<string, AwsAnswer<number>>>;
  readonly used: Readonly<Record<Counted, AwsAnswer<number>>>;
}

const COUNTED_BY = { vpcs: 'ec2:DescribeVpcs', addresses: 'ec2:DescribeAddresses' } as const;

/** Each quota that is known by its code, against what is needed of it. */
export function judgeQuotas(needs: readonly Need[], seen: QuotasSeen, region: string): PreflightFinding[] {
  return needs.flatMap((need) => {
    const { quota, counted } = need;
    const asked = seen.quotas[quota.code] ?? { error: 'it was not asked for' };
    const needsPermission = quota.service === 'lambda' ? 'lambda:GetAccountSettings' : 'servicequotas:GetServiceQuota';
    return ifAnswered(asked, `quota ${quota.name} (${quota.code})`, needsPermission, (has) =>
      counted === undefined
        ? [judge(need, has, region)]
        : ifAnswered(seen.used[counted], `use of ${quota.name}`, COUNTED_BY[counted], (used) => [
            judge(need, has, region, used),
          ]),
    );
  });
}

/** `used`: by others; absent: nobody counted it. */
function judge({ quota, least, most }: Need, has: number, region: string, used?: number): PreflightFinding {
  const { service, code, name } = quota;
  const others = used ?? 0;
  const what = `${name}: the account has ${has}${used === undefined ? '' : `, of which others use ${used}`}`;
  if (least === null || most === null) {
    return {
      level: 'unknown',
      what: `${what}; what an instance needs is not known`,
      fix: 'compare it with the vCPUs of the type',
    };
  }
  const raise = (to: number): string =>
    `aws service-quotas request-service-quota-increase --region ${region} --service-code ${service} --quota-code ${code} --desired-value ${Math.ceil(to)}`;
  // Lambda's answer comes within days: ask for what an incident wants, and for others in the account.
  const desired = service === 'lambda' ? Math.max(1000, most) : others + most;
  const needed = `this needs ${least === most ? least : `${least}, and ${most} at times (incident, deploy, load)`}${used === undefined ? ', and what else runs there comes on top' : ''}`;
  if (has < others + least) return stop(what, needed, raise(desired));
  if (has < others + most) return warn(what, needed, raise(desired));
  return well(`${what}, this needs ${most}`);
}
