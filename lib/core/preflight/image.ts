import { ifAnswered, stop, warn, well, type AwsAnswer, type PreflightFinding } from './findings';

/** What nodes shall boot: an id, or what a parameter names today. */
export interface ImageSeen {
  readonly id: string;
  /** null: pinned. */
  readonly parameter: string | null;
  /** null: there is no such image in the region, or it is not shared with the account. */
  readonly found: { readonly architecture: string; readonly state: string; readonly rootDevice: string } | null;
}

const ROOT_DEVICE = '/dev/xvda';

/** Whether machines can boot the image. */
export function judgeImage(asked: AwsAnswer<ImageSeen>, architecture: string, region: string): PreflightFinding[] {
  return [
    ...ifAnswered(asked, 'image', 'ssm:GetParameter and ec2:DescribeImages', ({ id, parameter, found }) => {
      const pin = 'npm run pin -- image';
      const another = parameter === null ? `${pin}, or correct instance.ami in config/cluster.ts` : pin;
      const failed = 'the last stack of the deploy would fail, when the others already cost money';
      if (found === null) return [stop(`image ${id} is not in ${region}`, failed, another)];
      if (found.state !== 'available') return [stop(`image ${id} is ${found.state}`, failed, another)];
      if (found.architecture !== architecture) {
        return [
          stop(`image ${id} is for ${found.architecture}, the instance type for ${architecture}`, failed, another),
        ];
      }
      return [
        parameter === null
          ? well(`image ${id} for ${architecture}`)
          : warn(`the image is not pinned: today ${id}`, 'two machines may boot different ones', pin),
        ...(found.rootDevice === ROOT_DEVICE
          ? []
          : [
              warn(
                `image ${id} has its root on ${found.rootDevice}`,
                `the size of the root volume is set for ${ROOT_DEVICE}`,
                'take one that is made of Amazon Linux 2023',
              ),
            ]),
      ];
    }),
  ];
}

/** Zones in which AWS offers each type, by type. */
export type TypesOffered = Readonly<Record<string, readonly string[]>>;

/** Whether each zone has machines of the type, or of one that stands in for it. */
export function judgeOffer(
  offered: AwsAnswer<TypesOffered>,
  [type, ...fallbacks]: readonly [string, ...string[]],
  zones: readonly string[],
): PreflightFinding[] {
  return [
    ...ifAnswered(offered, `instance type ${type}`, 'ec2:DescribeInstanceTypeOfferings', (byType) => {
      const where = byType[type] ?? [];
      const without = zones.filter((zone) => !where.includes(zone));
      if (without.length === 0) return [well(`${type} in ${zones.join(', ')}`)];
      if (without.every((zone) => fallbacks.some((one) => byType[one]?.includes(zone)))) {
        return [
          warn(
            `${type} is not offered in ${without.join(', ')}`,
            'a group there runs on a fallback type from the beginning',
            'another zone, if that is not meant',
          ),
        ];
      }
      return [
        stop(
          `${type} is not offered in ${without.join(', ')}`,
          'the group there would never get a machine',
          where.length > 0 ? `other zones: ${where.join(', ')}; or another instance.type` : 'another instance.type',
        ),
      ];
    }),
  ];
}
