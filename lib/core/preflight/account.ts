import { ifAnswered, stop, warn, well, type AwsAnswer, type PreflightFinding } from './findings';

/** Made by AWS at the first use of a service, and not assumable for a moment: that first deploy is rolled back. */
export const SERVICE_ROLES = {
  AWSServiceRoleForECS: 'ecs.amazonaws.com',
  AWSServiceRoleForAutoScaling: 'autoscaling.amazonaws.com',
  AWSServiceRoleForElasticLoadBalancing: 'elasticloadbalancing.amazonaws.com',
  AWSServiceRoleForApplicationAutoScaling_ECSService: 'ecs.application-autoscaling.amazonaws.com',
} as const;
export type ServiceRole = keyof typeof SERVICE_ROLES;

/** Which of the service-linked roles there are. */
export function judgeRoles(there: Readonly<Record<ServiceRole, AwsAnswer<boolean>>>): PreflightFinding[] {
  return (Object.keys(SERVICE_ROLES) as ServiceRole[]).flatMap((role) =>
    ifAnswered(there[role], `role ${role}`, 'iam:GetRole', (exists) => [
      exists
        ? well(`role ${role}`)
        : stop(
            `the service-linked role ${role} is not there`,
            'AWS makes it at the first use, which fails while it is new: the first deploy would be rolled back',
            `aws iam create-service-linked-role --aws-service-name ${SERVICE_ROLES[role]}`,
          ),
    ]),
  );
}

/** The CDK refuses templates in an older bootstrap. */
const LEAST_BOOTSTRAP = 6;

/** `version`: of the bootstrap stack; null: there is none. */
export function judgeBootstrap(
  version: AwsAnswer<number | null>,
  account: string | null,
  region: string,
): PreflightFinding[] {
  const fix = `npx cdk bootstrap aws://${account ?? 'ACCOUNT'}/${region}`;
  return [
    ...ifAnswered(version, 'CDK bootstrap', 'ssm:GetParameter', (found) => {
      if (found === null)
        return [stop(`${region} is not bootstrapped`, '`cdk deploy` has no bucket and no roles there', fix)];
      if (found >= LEAST_BOOTSTRAP) return [well(`CDK bootstrap of version ${found}`)];
      return [stop(`the CDK bootstrap has version ${found}`, `templates need ${LEAST_BOOTSTRAP}`, fix)];
    }),
  ];
}

/** Objects that each new machine fetches, of which some are missing in the user's bucket; null: no bucket is set. */
export function judgeMirror(
  mirror: string | null,
  missing: AwsAnswer<readonly { readonly key: string; readonly source: string }[]>,
): PreflightFinding[] {
  if (mirror === null) {
    return [
      warn(
        'no artifactMirror is set',
        'each new machine fetches its programs from github.com and the registry of the Thanos image: while those do not answer, no lost machine is replaced',
        'copy them into a bucket of the same region and name it: artifactMirror in config/cluster.ts',
      ),
    ];
  }
  return [
    ...ifAnswered(missing, `mirror s3://${mirror}`, 's3:GetObject and s3:ListBucket of it', (absent) =>
      absent.length === 0
        ? [well(`mirror s3://${mirror}`)]
        : absent.map(({ key, source }) =>
            stop(
              `s3://${mirror}/${key} is not there`,
              'a new machine looks there first, and without internet nowhere else',
              source.startsWith('https://github.com/')
                ? `curl -fL ${source} | aws s3 cp - s3://${mirror}/${key}`
                : `copy ${source} there: its manifests and layers as oci/sha256/<digest>`,
            ),
          ),
    ),
  ];
}
