import type { ConfigBundle } from '../../../contract/documents/config';
import type { Cluster } from '../cluster';
import { awsNeeds } from './aws-needs';

/** APIs that an interface endpoint can be made for, by the names of their actions or endpoints. */
export const ENDPOINT_SERVICES = [
  'aps-workspaces',
  'ecs',
  'elasticache',
  'kms',
  'rds',
  'secretsmanager',
  'sns',
  'sts',
] as const;
export type NeededService = (typeof ENDPOINT_SERVICES)[number];
/** What has an endpoint anyway: EC2 for volumes, Systems Manager for sessions. */
const THERE = ['ec2', 'ssm'];

/** APIs that nodes ask because of what the user configured. */
export interface NeededServices {
  /** Each once, in the order of their names. */
  readonly endpoints: readonly NeededService[];
  /** Those that no endpoint of this VPC leads to: without one, or in another region. */
  readonly others: readonly string[];
}

export function neededServices(
  { secrets = {}, region: own }: Cluster,
  bundle: Pick<ConfigBundle, 'prometheus' | 'alertmanager'>,
): NeededServices {
  const all = Object.values(secrets);
  const named = [
    // For certificates, and copies of secrets.
    'kms',
    ...(all.some((one) => !('parameter' in one)) ? ['secretsmanager'] : []),
  ];
  const asked = [
    ...named.map((name) => ({ name, region: null })),
    ...awsNeeds(bundle).flatMap(({ services }) => services),
  ];
  const isHere = ({ region }: { readonly region: string | null }): boolean => region === null || region === own;
  const here = new Set(asked.filter(isHere).map(({ name }) => name));
  const endpoints = ENDPOINT_SERVICES.filter((name) => here.has(name));
  const known = [...THERE, ...endpoints] as readonly string[];
  const others = asked
    .filter((one) => !isHere(one) || !known.includes(one.name))
    .map(({ name, region }) => (isHere({ region }) ? name : `${name} in ${region}`));
  return { endpoints, others: [...new Set(others)].sort() };
}
