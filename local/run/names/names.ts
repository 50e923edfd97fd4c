import type { ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import { readNames, readNamespaces } from './cloud-map';
import type { DnsAnswer } from './dns-message';
import { staysUnknown } from './negative-cache';
import type { Teeth } from '../teeth';

/** What Cloud Map said last: names are answered also while its API is silent, as in AWS. */
export class Names {
  private known: ReadonlyMap<string, DnsAnswer> = new Map();
  /** Namespace → for how long a name that was not there stays unknown, ms; null: it does not say. */
  private namespaces: ReadonlyMap<string, number | null> = new Map();
  private readonly unknown = new Map<string, number>();

  /** @param dns null: every question is answered by what there is at that moment */
  constructor(
    private readonly client: ServiceDiscoveryClient,
    private readonly dns: Teeth['dns'] = null,
  ) {}

  readonly lookup = (name: string): DnsAnswer | null => {
    const found = this.known.get(name) ?? null;
    const namespace = [...this.namespaces].find(([parent]) => name.endsWith(`.${parent}`));
    if (this.dns === null || namespace === undefined) return found;
    const there = found !== null && found.addresses.length > 0;
    const ttlMs = namespace[1] ?? this.dns.negativeTtlMs;
    return staysUnknown(this.unknown, { name, there, ttlMs }, Date.now()) ? null : found;
  };

  async refresh(): Promise<void> {
    [this.known, this.namespaces] = await Promise.all([readNames(this.client), readNamespaces(this.client)]);
  }
}
