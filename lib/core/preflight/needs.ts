/** What of a configuration decides how much of the account it needs. */
export interface Demand {
  /** The one that is wanted, and what stands in for it. */
  readonly instanceTypes: readonly [string, ...string[]];
  readonly nodes: number;
  /** The data volume of a node. */
  readonly volumeGiB: number;
  readonly shards: number;
  /** Of a VPC that is made: the elastic IPs of its NAT gateways. null: it is there already. */
  readonly network: { readonly addresses: number } | null;
  readonly snapshots: boolean;
  readonly remedies: number;
  /** CPU units: 1024 are one vCPU. null: without Thanos. */
  readonly thanos: {
    readonly query: { readonly cpu: number; readonly tasks: number; readonly maxTasks: number };
    readonly store: { readonly cpu: number };
    readonly compactor: { readonly cpu: number };
  } | null;
}

/** A quota of AWS, by its code, and what is needed of it. */
export interface Need {
  readonly quota: { readonly service: string; readonly code: string; readonly name: string };
  /** Below this nothing works. null: nobody knows without asking AWS. */
  readonly least: number | null;
  /** In an incident, at a deploy, under load. */
  readonly most: number | null;
  /** Few of it are there in a region, so that what others have is counted. @default it is not */
  readonly counted?: Counted;
}
export type Counted = 'vpcs' | 'addresses';

/** Families by the quota that counts their vCPUs; all others count as Standard. */
const EC2_QUOTAS: readonly (readonly [family: RegExp, code: string, name: string])[] = [
  [/^(g|vt)\d/, 'L-DB2E81BA', 'on-demand vCPUs, G and VT instances'],
  [/^p\d/, 'L-417A185B', 'on-demand vCPUs, P instances'],
  [/^f\d/, 'L-74FC7D96', 'on-demand vCPUs, F instances'],
  [/^inf\d/, 'L-1945791B', 'on-demand vCPUs, Inf instances'],
  [/^x\d/, 'L-7295265B', 'on-demand vCPUs, X instances'],
];
const STANDARD = ['L-1216C47A', 'on-demand vCPUs, Standard instances'] as const;
const FARGATE = { service: 'fargate', code: 'L-3032A538', name: 'Fargate on-demand vCPUs' };
const GP3 = { service: 'ebs', code: 'L-7A658B76', name: 'TiB of gp3 volumes' };
const VPCS = { service: 'vpc', code: 'L-F678F1CE', name: 'VPCs of the region' };
const ADDRESSES = { service: 'ec2', code: 'L-0263D0A3', name: 'elastic IPs of the region' };
const LAMBDA = { service: 'lambda', code: 'L-B99A9384', name: 'concurrent executions of Lambda' };

/** What is needed of each quota that small accounts run into. */
export function needsOf(demand: Demand): Need[] {
  return [
    ...machines(demand),
    volumes(demand),
    ...(demand.thanos === null ? [] : [fargate(demand.thanos)]),
    ...(demand.network === null ? [] : ofNetwork(demand.network.addresses)),
    { quota: LAMBDA, ...executions(demand) },
  ];
}

/** Of each quota that a type counts against: a deploy and a replacement end one machine before the next one starts. */
function machines({ instanceTypes, nodes }: Demand): Need[] {
  const needs = new Map<string, Need>();
  for (const type of instanceTypes) {
    const [, code, name] = EC2_QUOTAS.find(([family]) => family.test(type)) ?? [null, ...STANDARD];
    const each = vcpusOf(type);
    const all = each === null ? null : each * nodes;
    const before = needs.get(code);
    // Of another quota than that of the type that is wanted nothing is needed until that runs out.
    const least = before?.least ?? (needs.size === 0 ? all : 0);
    const most = all === null || before?.most === null ? null : Math.max(all, before?.most ?? 0);
    needs.set(code, { quota: { service: 'ec2', code, name }, least, most });
  }
  return [...needs.values()];
}

/** Of an instance type by its size; null where only AWS knows, as of whole machines. */
export function vcpusOf(type: string): number | null {
  const [family = '', size = ''] = type.split('.');
  const times = /^(\d*)xlarge$/.exec(size)?.[1];
  if (times !== undefined) return 4 * Number(times || 1);
  if (size === 'large') return 2;
  if (['nano', 'micro', 'small', 'medium'].includes(size)) return /^t[34]/.test(family) ? 2 : 1;
  return null;
}

/** In an incident one that is restored lies beside the one that is set aside, which nobody deletes. */
function volumes({ nodes, volumeGiB }: Demand): Need {
  const tib = (gib: number): number => Math.ceil((gib / 1024) * 10) / 10;
  return { quota: GP3, least: tib(nodes * volumeGiB), most: tib(2 * nodes * volumeGiB) };
}

function fargate({ query, store, compactor }: NonNullable<Demand['thanos']>): Need {
  const vcpus = (units: number): number => units / 1024;
  return {
    quota: FARGATE,
    least: vcpus(query.cpu * query.tasks + store.cpu + compactor.cpu),
    // While query and store gateway are deployed the old tasks run beside the new ones; the compactor's does not.
    most: vcpus(2 * (query.cpu * query.maxTasks + store.cpu) + compactor.cpu),
  };
}

function ofNetwork(addresses: number): Need[] {
  const ips: Need = { quota: ADDRESSES, least: addresses, most: addresses, counted: 'addresses' };
  return [{ quota: VPCS, least: 1, most: 1, counted: 'vpcs' }, ...(addresses === 0 ? [] : [ips])];
}

/**
 * Executions at once of the functions that run every minute: one that looks for longer than it overlaps, and counts twice.
 * What a template has is compared with this by a test.
 */
const OF_SHARD = { healthCheck: 2, promoteAlerting: 1 };
/**
 * Beside that, while there is something to do: those that health-check calls, once more where an alarm calls, too; both alarms
 * that promote at once, and a call that is tried again; remedies.
 */
const CALLED = {
  promoteAlerting: 3,
  shedLoad: 1,
  takeSnapshot: 1,
  restoreSnapshot: 2,
  routeQueries: 2,
  reconnectRedis: 1,
};

function executions({ shards, snapshots, remedies, thanos }: Demand): Pick<Need, 'least' | 'most'> {
  const least = shards * (OF_SHARD.healthCheck + OF_SHARD.promoteAlerting);
  const { promoteAlerting, shedLoad, takeSnapshot, restoreSnapshot, routeQueries, reconnectRedis } = CALLED;
  const ofShard = promoteAlerting + shedLoad + (snapshots ? takeSnapshot + restoreSnapshot : 0);
  const most = least + shards * ofShard + (thanos === null ? 0 : routeQueries) + remedies * reconnectRedis;
  return { least, most };
}

/** All needs in one line, for synth. */
export function needsLine(needs: readonly Need[]): string {
  const each = needs.map(({ quota, least, most }) => {
    if (least === null) return `${quota.name} (${quota.code}) as many as its machines have`;
    return `${least === most ? least : `${least}, at times ${most}`} ${quota.name} (${quota.code})`;
  });
  return `needs of the account: ${each.join('; ')}. \`npx promha preflight\` compares`;
}
