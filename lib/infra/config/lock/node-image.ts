import type { ClusterConfig } from '../schema/schema';

/** Region → architecture → image id. */
export type PinnedImages = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What nodes boot from: an image, or as long as none is pinned the one that a parameter names when a machine starts. */
export type NodeImage =
  { readonly id: string; readonly by: 'config' | 'lock' } | { readonly id: null; readonly parameter: string };

/** The public parameter in which Amazon names its newest Amazon Linux 2023. */
export function imageParameter({ architecture }: ClusterConfig['instance']): string {
  return `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${architecture}`;
}

/** What a person wrote into config/cluster.ts; else what is pinned; else Amazon's newest. */
export function nodeImage(
  { region, instance }: Pick<ClusterConfig, 'region' | 'instance'>,
  images: PinnedImages,
): NodeImage {
  const own = instance.ami?.[region];
  if (own !== undefined) return { id: own, by: 'config' };
  const pinned = images[region]?.[instance.architecture];
  if (pinned !== undefined) return { id: pinned, by: 'lock' };
  return { id: null, parameter: imageParameter(instance) };
}

/** One warning as long as the image is not pinned. */
export function unpinnedImage(image: NodeImage, where: string): string[] {
  if (image.id !== null) return [];
  return [
    `${where}: no image is pinned: each machine boots the Amazon Linux 2023 of the day it starts (${image.parameter}). ` +
      '`npm run pin -- image` writes its id into the lock file; from then on it changes on purpose, and `cdk diff` shows it',
  ];
}
