import { parse, stringify } from 'yaml';
import type { Remedy } from '../schema/remedies';
import type { Containment } from './overlay';

/** On what cannot be connected to from here, so that everybody who sees it down sees why. */
export const NOT_HERE = { name: 'prometheus_ha_local', value: 'not here' } as const;

/** file_sd, found sound. */
interface TargetGroup {
  readonly targets: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
}

/** Targets by job in file_sd's format, and which of them are elsewhere. */
export interface ContainedTargets {
  readonly targets: Record<string, string>;
  /** host:port. */
  readonly elsewhere: readonly string[];
}

/**
 * Targets whose names exist here get their address here; all others one at which nobody listens. `instance` is what the
 * user wrote: rules, remedies and people find their targets again.
 */
export function containTargets(
  files: Readonly<Record<string, string>>,
  { hosts, targets: contain }: Pick<Containment, 'hosts' | 'targets'>,
): ContainedTargets {
  const elsewhere: string[] = [];
  const one = (target: string, labels: TargetGroup['labels']): TargetGroup => {
    const at = target.lastIndexOf(':');
    const address = hosts[target.slice(0, at)];
    if (address === undefined && !contain) return { targets: [target], ...(labels && { labels }) };
    const here = address === undefined ? nobodyAt(elsewhere.push(target)) : `${address}${target.slice(at)}`;
    const named = { instance: target, ...labels };
    return { targets: [here], labels: address === undefined ? { ...named, [NOT_HERE.name]: NOT_HERE.value } : named };
  };
  const targets = Object.entries(files).map(([job, text]) => {
    const groups = parse(text) as readonly TargetGroup[];
    return [job, stringify(groups.flatMap((g) => g.targets.map((target) => one(target, g.labels))))] as const;
  });
  return { targets: Object.fromEntries(targets), elsewhere };
}

/** Loopback, and one for each: shards split targets by a hash of their address. Nothing listens on port 1. */
const nobodyAt = (n: number): string => `127.99.${(n >> 8) & 255}.${n & 255}:1`;

/** Remedies of targets that are here; the others would connect to what is elsewhere, and their hooks act on it. */
export function containRemedies(
  remedies: readonly Remedy[],
  { hosts, targets: contain }: Pick<Containment, 'hosts' | 'targets'>,
): { readonly remedies: Remedy[]; readonly left: readonly string[] } {
  const here: Remedy[] = [];
  const left: string[] = [];
  for (const remedy of remedies) {
    const { connect } = remedy;
    const url = connect.kind === 'http' ? new URL(connect.url) : null;
    const host = url === null ? (connect as { host: string }).host : url.hostname;
    const address = hosts[host];
    if (address === undefined) {
      if (contain) left.push(remedy.name);
      else here.push(remedy);
      continue;
    }
    if (url !== null) url.hostname = address;
    const { name, when } = remedy;
    // Neither password nor hook: they are of the account that this is deployed to.
    here.push({
      name,
      when,
      connect: connect.kind === 'http' ? { ...connect, url: url!.href } : withoutUser({ ...connect, host: address }),
    });
  }
  return { remedies: here, left };
}

function withoutUser<T extends object>(connect: T): T {
  const without = { ...connect } as T & { username?: string };
  delete without.username;
  return without;
}
