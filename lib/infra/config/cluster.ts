import type { ScrapeLimits } from '../../contract/documents/config';
import type { Policy } from '../../contract/documents/policy';
import type { LoadPolicy } from '../../contract/documents/settings';
import type { PinnedRelease } from '../../contract/versions';
import type { Remedy } from './schema/remedies';
import type { NodeImage } from './lock/node-image';
import type { ClusterConfig } from './schema/schema';
import type { PinnedImage, ThanosConfig } from './schema/thanos';

export type { ClusterConfig };

/** One Prometheus node: an Auto Scaling group of one and a data volume that outlives it. */
export interface ClusterNode {
  /** Names the node's volume. */
  readonly name: string;
  /** One of `zones`; instance and volume live there. */
  readonly zone: string;
}

export type PinnedArtifact = Pick<PinnedRelease, 'version' | 'sha256'>;

/** Gives config/cluster.ts its types; what it says is checked at synth (lib/infra/config/load.ts). */
export function defineCluster(config: ClusterConfig): ClusterConfig {
  return config;
}

/** What a ClusterConfig says about Thanos, with its default in its place. */
export type ClusterThanos = ThanosConfig & { readonly image: PinnedImage };

/** A ClusterConfig that was found sound, with every default in its place; seen from one of its shards. */
export interface Cluster extends Omit<
  ClusterConfig,
  'policy' | 'remedies' | 'load' | 'scrapeLimits' | 'artifacts' | 'thanos'
> {
  /** null: an overlay leaves it out (a machine that cannot have it). */
  readonly thanos: ClusterThanos | null;
  readonly shards: number;
  /** What nodes boot from. */
  readonly image: NodeImage;
  readonly policy: Policy;
  readonly load: LoadPolicy & { readonly droppable?: string };
  readonly scrapeLimits: ScrapeLimits;
  readonly artifacts: { readonly prometheus: PinnedArtifact; readonly alertmanager: PinnedArtifact };
  readonly remedies: readonly Remedy[];
  /** Which shard this is about: that of the stacks made from it. What belongs to the whole cluster is made for shard 0. */
  readonly shard: number;
  /** Nodes of this shard, in order of preference. */
  readonly nodes: readonly ClusterNode[];
}
