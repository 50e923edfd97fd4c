import { isMap, type Node } from 'yaml';
import type { ConfigBundle } from '../../../contract/documents/config';
import { readGoYaml } from '../../../core/rendering/go-yaml';
import { at, itemsOf, textOf } from '../../../core/rendering/yaml-nodes';

/** What a part of the user's configuration asks of AWS with the role of the node. */
export interface AwsNeed {
  readonly actions: readonly string[];
  /** ARNs, with {partition} and {account} where they are the cluster's; null: actions that know no resource. */
  readonly resources: readonly string[] | null;
  /** ARNs that are excepted, instead of resources. */
  readonly except?: readonly string[];
  /** APIs by their names in endpoints, each with its region; null: the cluster's. */
  readonly services: readonly { readonly name: string; readonly region: string | null }[];
}

/** Calls of Prometheus 3.13's discoveries (discovery/aws). */
const DISCOVERIES: Readonly<Record<string, readonly string[]>> = {
  ec2: ['ec2:DescribeAvailabilityZones', 'ec2:DescribeInstances'],
  ecs: [
    'ec2:DescribeInstances',
    'ec2:DescribeNetworkInterfaces',
    'ecs:DescribeClusters',
    'ecs:DescribeContainerInstances',
    'ecs:DescribeServices',
    'ecs:DescribeTasks',
    'ecs:ListClusters',
    'ecs:ListServices',
    'ecs:ListTasks',
  ],
  elasticache: [
    'elasticache:DescribeCacheClusters',
    'elasticache:DescribeServerlessCaches',
    'elasticache:ListTagsForResource',
  ],
  lightsail: ['lightsail:GetInstances'],
  msk: ['kafka:DescribeClusterV2', 'kafka:ListClustersV2', 'kafka:ListNodes'],
  rds: ['rds:DescribeDBClusters', 'rds:DescribeDBInstances'],
};

/** Of discoveries, remote_write with SigV4, and receivers of SNS. */
export function awsNeeds({ prometheus, alertmanager }: Pick<ConfigBundle, 'prometheus' | 'alertmanager'>): AwsNeed[] {
  const root = readGoYaml(prometheus ?? '').root;
  const discoveries = itemsOf(at(root, 'scrape_configs')).flatMap((job) => [
    ...Object.keys(DISCOVERIES).flatMap((kind) => discovered(kind, itemsOf(at(job, `${kind}_sd_configs`)))),
    ...itemsOf(at(job, 'aws_sd_configs')).flatMap((one) => discovered(textOf(at(one, 'role')) ?? '', [one])),
  ]);
  const receivers = itemsOf(at(readGoYaml(alertmanager).root, 'receivers'));
  return [
    ...discoveries,
    ...itemsOf(at(root, 'remote_write')).flatMap(written),
    ...receivers.flatMap((receiver) => itemsOf(at(receiver, 'sns_configs')).flatMap(published)),
  ];
}

function discovered(kind: string, configs: readonly Node[]): AwsNeed[] {
  const actions = DISCOVERIES[kind] ?? [];
  const services = [...new Set(actions.map((action) => action.split(':')[0]!))];
  return configs.flatMap((one) => {
    const region = textOf(at(one, 'region'));
    const own: AwsNeed = { actions, resources: null, services: services.map((name) => ({ name, region })) };
    return byWhom(one, region, own);
  });
}

/** Whoever assumes a role, or has keys, needs nothing more of the node's. */
function byWhom(config: Node | null, region: string | null, own: AwsNeed): AwsNeed[] {
  const role = textOf(at(config, 'role_arn'));
  const hasKeys = textOf(at(config, 'access_key')) !== null;
  if (role !== null && role !== '') {
    const services = [...own.services, { name: 'sts', region }];
    return hasKeys
      ? [{ actions: [], resources: null, services }]
      : [{ actions: ['sts:AssumeRole'], resources: [role], services }];
  }
  return [hasKeys ? { ...own, actions: [] } : own];
}

const AMP = /^https:\/\/aps-workspaces\.([a-z0-9-]+)\.amazonaws\.com\/workspaces\/([\w-]+)\//;

/** A workspace of Amazon Managed Prometheus; another address is asked for by the user's own permissions. */
function written(remote: Node): AwsNeed[] {
  const sigv4 = at(remote, 'sigv4');
  const [, region, workspace] = AMP.exec(textOf(at(remote, 'url')) ?? '') ?? [];
  if (!isMap(sigv4) || region === undefined) return [];
  return byWhom(sigv4, region, {
    actions: ['aps:RemoteWrite'],
    resources: [`arn:{partition}:aps:${region}:{account}:workspace/${workspace}`],
    services: [{ name: 'aps-workspaces', region }],
  });
}

/** A topic, an endpoint of a device, or a phone, which is no resource. */
function published(config: Node): AwsNeed[] {
  const named = textOf(at(config, 'topic_arn')) ?? textOf(at(config, 'target_arn'));
  // What a template makes of an alert nobody knows before.
  const arn = named && named.replace(/\{\{.*?\}\}/g, '*');
  const region = /^arn:[^:]*:sns:([^:]+):/.exec(arn ?? '')?.[1] ?? textOf(at(config, 'sigv4', 'region'));
  const services = [{ name: 'sns', region }];
  const actions = ['sns:Publish'];
  const own: AwsNeed =
    arn === null
      ? { actions, resources: null, except: ['arn:{partition}:sns:*:*:*'], services }
      : { actions, resources: [arn], services };
  return byWhom(at(config, 'sigv4'), region, own);
}
