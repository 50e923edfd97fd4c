import {
  ListInstancesCommand,
  ListNamespacesCommand,
  ListServicesCommand,
  GetInstancesHealthStatusCommand,
  type ServiceDiscoveryClient,
} from '@aws-sdk/client-servicediscovery';
import type { DnsAnswer } from './dns-message';

/** Names of Cloud Map and what stands for them, as its DNS would answer. */
export async function readNames(client: ServiceDiscoveryClient): Promise<ReadonlyMap<string, DnsAnswer>> {
  const [{ Namespaces }, { Services }] = await Promise.all([
    client.send(new ListNamespacesCommand({})),
    client.send(new ListServicesCommand({})),
  ]);
  const namespaces = new Map((Namespaces ?? []).map((n) => [n.Id!, n.Name!]));
  const named = (Services ?? []).filter((s) => namespaces.has(namespaceOf(s)));
  const answers = await Promise.all(
    named.map(async (service): Promise<[string, DnsAnswer]> => {
      const [{ Instances }, health] = await Promise.all([
        client.send(new ListInstancesCommand({ ServiceId: service.Id })),
        client.send(new GetInstancesHealthStatusCommand({ ServiceId: service.Id })),
      ]);
      const instances = (Instances ?? []).map((i) => ({
        address: i.Attributes!.AWS_INSTANCE_IPV4!,
        healthy: health.Status?.[i.Id!] !== 'UNHEALTHY',
      }));
      const ttlS = service.DnsConfig!.DnsRecords![0]!.TTL!;
      const name = `${service.Name!}.${namespaces.get(namespaceOf(service))!}`.toLowerCase();
      return [name, { addresses: usable(instances), ttlS }];
    }),
  );
  return new Map(answers);
}

/** For how long a name that was not there stays unknown, by namespace, ms; null where it does not say (its SOA record). */
export async function readNamespaces(client: ServiceDiscoveryClient): Promise<ReadonlyMap<string, number | null>> {
  const { Namespaces = [] } = await client.send(new ListNamespacesCommand({}));
  return new Map(
    Namespaces.map(({ Name, Properties }) => {
      const ttlS = Properties?.DnsProperties?.SOA?.TTL;
      return [Name!.toLowerCase(), ttlS === undefined ? null : ttlS * 1000];
    }),
  );
}

/** Healthy ones, or all when none is: so do multivalue answers. */
export function usable(instances: readonly { readonly address: string; readonly healthy: boolean }[]): string[] {
  const healthy = instances.filter((i) => i.healthy);
  return (healthy.length > 0 ? healthy : instances).map((i) => i.address);
}

function namespaceOf(service: { NamespaceId?: string; DnsConfig?: { NamespaceId?: string } }): string {
  return service.NamespaceId ?? service.DnsConfig?.NamespaceId ?? '';
}
