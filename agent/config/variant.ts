import { PROFILES, type ScrapeProfile } from '../../lib/core/profile';

/** What a node runs: a configuration bundle, by its hash, in a scrape profile. */
export interface Variant {
  readonly hash: string;
  readonly profile: ScrapeProfile;
}

/** One word for it; of the normal profile the hash alone, as it was before there were others. */
export function variantKey({ hash, profile }: Variant): string {
  return profile === 'normal' ? hash : `${hash}+${profile}`;
}

export function variantOf(key: string): Variant {
  const [hash, name] = key.split('+') as [string, string?];
  return { hash, profile: PROFILES.find((profile) => profile === name) ?? 'normal' };
}
