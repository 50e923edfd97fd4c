import { PROFILES, type ScrapeProfile } from '../../lib/contract/profile';

/** What a node runs: a configuration bundle, by its hash, in a scrape profile, with its shard's share of the targets. */
export interface Variant {
  readonly hash: string;
  readonly profile: ScrapeProfile;
  /** See lib/core/sharding/sharding.ts; [1] is all targets. */
  readonly shardCounts: readonly number[];
}

/** One word for it; of the normal profile with all targets the hash alone. */
export function variantKey({ hash, profile, shardCounts }: Variant): string {
  const share = shardCounts.includes(1) ? '' : `@${shardCounts.join(',')}`;
  return `${hash}${profile === 'normal' ? '' : `+${profile}`}${share}`;
}

export function variantOf(key: string): Variant {
  const [rest, share] = key.split('@') as [string, string?];
  const [hash, name] = rest.split('+') as [string, string?];
  return {
    hash,
    profile: PROFILES.find((profile) => profile === name) ?? 'normal',
    shardCounts: share === undefined ? [1] : share.split(',').map(Number),
  };
}
