import type { ConfigBundle } from '../../../contract/documents/config';
import type { Cluster } from '../cluster';
import type { SettingPath } from '../locate';
import { neededServices } from './needed-services';

/** APIs of AWS that nodes may not reach. */
export function reachWarnings(
  cluster: Cluster,
  bundle: Pick<ConfigBundle, 'prometheus' | 'alertmanager'>,
  locate: (path: SettingPath) => string,
): string[] {
  const { network } = cluster;
  const { endpoints, others } = neededServices(cluster, bundle);
  if (network.kind === 'imported') {
    const all = [...endpoints, ...others];
    return [
      `${locate(['network'])}: from the subnets of ${network.vpcId} nodes and functions have to reach ${all.join(', ')} of AWS, by a NAT gateway or interface endpoints: certificates, discovery, secrets, remote_write and receivers ask there`,
    ];
  }
  if (network.egress === 'nat' || others.length === 0) return [];
  return [
    `${locate(['network', 'egress'])}: without the internet nodes do not reach ${others.join(', ')}: no endpoint of this VPC leads there; egress: 'nat' does`,
  ];
}
