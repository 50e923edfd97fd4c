import { BlockList } from 'node:net';
import type { GroupRule, SecurityGroup } from '../groups/ruleset';

export interface DeployedRoute {
  /** A range; a prefix list's route belongs to an endpoint, which says so itself. */
  readonly to: string | null;
  /** `nat-…`, `igw-…`, `local`, … */
  readonly target: string;
}

export interface Subnet {
  readonly id: string;
  readonly vpc: string;
  readonly cidr: string;
}

export interface VpcEndpoint {
  readonly vpc: string;
  /** As its name ends: `s3`, `ec2`. */
  readonly service: string;
  /** Of a gateway. */
  readonly routeTables: readonly string[];
  /** null: a gateway. By it an API's usual name leads there, or not. */
  readonly privateDns: boolean | null;
  /** Of an interface. */
  readonly groups: readonly string[];
}

/** What was deployed of ways to AWS's APIs. */
export interface Layout {
  readonly subnets: readonly Subnet[];
  /** Subnet → route table; the VPC's main one where none is associated. */
  readonly tableOf: ReadonlyMap<string, string>;
  readonly routes: ReadonlyMap<string, readonly DeployedRoute[]>;
  /** NAT gateway → the subnet that it is in. */
  readonly nats: ReadonlyMap<string, string>;
  /** Internet gateways that are attached. */
  readonly gateways: ReadonlySet<string>;
  readonly endpoints: readonly VpcEndpoint[];
  readonly groups: ReadonlyMap<string, SecurityGroup>;
}

/** A network interface without a public address, as all of ours are. */
export interface NetworkCaller {
  readonly address: string;
  /** Ids, of a function, which may be in each of them. Absent: the one that has the address. */
  readonly subnets?: readonly string[];
  readonly groups: readonly string[];
}

/** Services that the caller's packets reach, by how their endpoints are called; null: all. */
export function reachable(caller: NetworkCaller, layout: Layout): string[] | null {
  const own = layout.subnets.filter(({ id, cidr }) => caller.subnets?.includes(id) ?? isIn(cidr, caller.address));
  if (own.length === 0) throw new Error(`no subnet of ${caller.address} was deployed`);
  const each = own.map((subnet) => waysFrom(subnet, caller, layout)).filter((ways) => ways !== null);
  const [first, ...rest] = each;
  if (first === undefined) return null;
  // What works in one of its subnets only fails every now and then.
  return [...first].filter((service) => rest.every((ways) => ways.has(service))).sort();
}

function waysFrom({ id, vpc }: Subnet, caller: NetworkCaller, layout: Layout): ReadonlySet<string> | null {
  const table = layout.tableOf.get(id)!;
  if (leadsOut(table, layout)) return null;
  const by = layout.endpoints.filter(
    (e) =>
      e.vpc === vpc &&
      (e.privateDns === null ? e.routeTables.includes(table) : e.privateDns && letsIn(e, caller, layout)),
  );
  return new Set(by.map(({ service }) => service));
}

/** By a NAT gateway that has a way out itself: an internet gateway alone is none for who has no public address. */
function leadsOut(table: string, layout: Layout): boolean {
  const nat = layout.nats.get(defaultTarget(table, layout));
  const outside = nat === undefined ? undefined : layout.tableOf.get(nat);
  return outside !== undefined && layout.gateways.has(defaultTarget(outside, layout));
}

const defaultTarget = (table: string, { routes }: Layout): string =>
  routes.get(table)?.find(({ to }) => to === '0.0.0.0/0')?.target ?? '';

function letsIn({ groups }: VpcEndpoint, caller: NetworkCaller, layout: Layout): boolean {
  const rules = groups.flatMap((id) => layout.groups.get(id)?.ingress ?? []);
  return rules.some((rule) => isHttps(rule) && isFrom(rule, caller));
}

const isHttps = ({ protocol, fromPort, toPort }: GroupRule): boolean =>
  protocol === '-1' || (protocol === 'tcp' && fromPort <= 443 && toPort >= 443);

function isFrom({ peer }: GroupRule, { address, groups }: NetworkCaller): boolean {
  return 'group' in peer ? groups.includes(peer.group) : isIn(peer.cidr, address);
}

function isIn(cidr: string, address: string): boolean {
  const [base, bits] = cidr.split('/') as [string, string];
  const range = new BlockList();
  range.addSubnet(base, Number(bits), 'ipv4');
  return range.check(address);
}
