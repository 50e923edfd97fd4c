/** What may be or was done: identity → action → resources, all sorted. An identity is a role or a principal. */
export type Permissions = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** One action on one resource, both as a policy has them, in the form that is the same in every deployment. */
export interface Permission {
  readonly who: string;
  readonly action: string;
  readonly resource: string;
}

export function permissionTree(all: Iterable<Permission>): Permissions {
  const found = new Map<string, Map<string, Set<string>>>();
  for (const { who, action, resource } of all) {
    const actions = found.get(who) ?? new Map<string, Set<string>>();
    found.set(who, actions.set(action, (actions.get(action) ?? new Set()).add(resource)));
  }
  const inOrder = <T>(map: ReadonlyMap<string, T>): [string, T][] => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    inOrder(found).map(([who, actions]) => [
      who,
      Object.fromEntries(inOrder(actions).map(([action, resources]) => [action, [...resources].sort()])),
    ]),
  );
}

export const listed = (permissions: Permissions): Permission[] =>
  Object.entries(permissions).flatMap(([who, actions]) =>
    Object.entries(actions).flatMap(([action, resources]) => resources.map((resource) => ({ who, action, resource }))),
  );

/** How a deployment's own names are told from what is the same everywhere. */
export interface OwnNames {
  readonly cluster: string;
  readonly region: string;
  readonly account: string;
  /** What something is called in AWS, as a name or an ARN → its logical id. */
  readonly logical: ReadonlyMap<string, string>;
}

/** `healthcheckFunction415C430B` is `healthcheckFunction`: the rest is a hash. */
export const withoutHash = (logicalId: string): string => logicalId.replace(/[0-9A-F]{8}$/, '');

/** All nodes are one, and so are the shards: each has the same as the others, under its own name. */
export const roleOf = (logicalId: string): string =>
  /^Role\d+prometheus\d+$/.test(withoutHash(logicalId)) ? 'node' : withoutHash(logicalId);

/** A resource of a policy without the names of one deployment. */
export function normalForm(resource: string, { cluster, region, account, logical }: OwnNames): string {
  const named = [...logical]
    .sort(([a], [b]) => b.length - a.length)
    .reduce((text, [name, id]) => {
      // With what an ARN has before a name: service, region, account, type.
      const whole = new RegExp(`^(?:arn:[^:]*:[^:]*:[^:]*:[^:]*:(?:[\\w-]+[:/])?)?${escaped(name)}(?![\\w-])`);
      return text.replace(whole, `{${withoutHash(id)}}`);
    }, resource);
  return named
    .replace(/^arn:[^:]*:cloudformation:[^:]*:[^:]*:stack\/[\w-]+\/[0-9a-f-]{36}$/, '{stack}')
    .replaceAll(account, '{account}')
    .replaceAll(region, '{region}')
    .replaceAll(cluster, '{cluster}')
    .replace(/(shards|heartbeats|nodes|trust\/requests|trust\/certificates)\/\d+/g, '$1/{shard}')
    .replace(/prometheus-\d+(-\d+)?/g, '{node}')
    .replace(/remedies\/[\w-]+\.json/, 'remedies/{remedy}.json');
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A resource and the condition keys under which it is granted. */
export const withConditions = (resource: string, when: readonly string[]): string =>
  when.length === 0 ? resource : `${resource} if ${when.join(', ')}`;
