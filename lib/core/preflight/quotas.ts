import { ifAnswered, stop, warn, well, type AwsAnswer, type PreflightFinding } from './findings';
import type { Need } from './needs';

/** Each quota that is known by its code, against what is needed of it. */
export function judgeQuotas(
  needs: readonly Need[],
  quotas: Readonly<Record<string, AwsAnswer<number>>>,
  region: string,
): PreflightFinding[] {
  return needs.flatMap((need) => {
    const { service, code, name } = need.quota;
    const asked = quotas[code] ?? { error: 'it was not asked for' };
    const needsPermission = service === 'lambda' ? 'lambda:GetAccountSettings' : 'servicequotas:GetServiceQuota';
    return ifAnswered(asked, `quota ${name} (${code})`, needsPermission, (quota) => [judge(need, quota, region)]);
  });
}

function judge({ quota, least, most }: Need, has: number, region: string): PreflightFinding {
  const { service, code, name } = quota;
  const what = `${name}: the account has ${has}`;
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
  const desired = service === 'lambda' ? Math.max(1000, most) : most;
  const needed = `this needs ${least === most ? least : `${least}, and ${most} at times (incident, deploy, load)`}, and what else runs there comes on top`;
  if (has < least) return stop(what, needed, raise(desired));
  if (has < most) return warn(what, needed, raise(desired));
  return well(`${what}, this needs ${most}`);
}
