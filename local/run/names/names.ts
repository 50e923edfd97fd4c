import type { ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import { readNames } from './cloud-map';
import type { DnsAnswer } from './dns-message';

/** What Cloud Map said last: names are answered also while its API is silent, as in AWS. */
export class Names {
  private known: ReadonlyMap<string, DnsAnswer> = new Map();

  constructor(private readonly client: ServiceDiscoveryClient) {}

  readonly lookup = (name: string): DnsAnswer | null => this.known.get(name) ?? null;

  async refresh(): Promise<void> {
    this.known = await readNames(this.client);
  }
}
