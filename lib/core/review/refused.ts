import {
  fieldOf,
  isRecord,
  propertyOf,
  replaces,
  plainly,
  type AppStacks,
  type ResourceChange,
  type StackTemplate,
} from './change';

/** What makes CloudFormation refuse the update: the deploy stops there, and what was changed until then is rolled back. */
export function refusals(before: AppStacks, after: AppStacks, changes: readonly ResourceChange[]): string[] {
  return [
    ...changes.flatMap((change) => [...impossible(change), ...named(change)]),
    ...names(changes),
    ...exportsInUse(before, after, changes),
  ];
}

const at = ({ stack, id }: ResourceChange): string => `${stack}/${id}`;

function impossible(change: ResourceChange): string[] {
  const { type, before, after } = change;
  if (before === null || after === null) return [];
  if (before.Type !== after.Type)
    return [`${at(change)}: the type of a resource cannot change (${before.Type} → ${after.Type})`];
  if (type !== 'AWS::EC2::Volume') return [];
  const size = propertyOf(change, 'Size');
  const zone = propertyOf(change, 'AvailabilityZone');
  return [
    ...(size !== undefined && Number(size.after) < Number(size.before)
      ? [`${at(change)}: a volume cannot shrink (${plainly(size.before)} → ${plainly(size.after)} GiB)`]
      : []),
    ...(zone === undefined
      ? []
      : [`${at(change)}: a volume cannot move (${plainly(zone.before)} → ${plainly(zone.after)})`]),
    ...(propertyOf(change, 'Encrypted') || propertyOf(change, 'KmsKeyId')
      ? [`${at(change)}: the encryption of a volume cannot change`]
      : []),
  ];
}

/** Two of one name cannot be there at once, and CloudFormation makes the new one first. */
function named(change: ResourceChange): string[] {
  if (!replaces(change)) return [];
  return change.names
    .filter((name) => propertyOf(change, name) === undefined)
    .flatMap((name) => {
      const value = change.after?.Properties?.[name];
      return typeof value === 'string' ? [`${at(change)}: it would be replaced under the same name, ${value}`] : [];
    });
}

/** The same name under another logical id. */
function names(changes: readonly ResourceChange[]): string[] {
  const nameOf = (change: ResourceChange, of: ResourceChange['before']): string | null => {
    const values = change.names.map((name) => of?.Properties?.[name]).filter((value) => typeof value === 'string');
    return values.length === 0 ? null : `${change.type} ${values.join(' ')}`;
  };
  const gone = new Map(changes.filter(({ after }) => after === null).map((one) => [nameOf(one, one.before), one]));
  return changes.flatMap((change) => {
    const name = change.before === null ? nameOf(change, change.after) : null;
    const other = name === null ? undefined : gone.get(name);
    return other === undefined ? [] : [`${at(change)}: ${name} is still there, as ${at(other)}`];
  });
}

/** CloudFormation keeps an export as it is as long as a deployed stack imports it. */
function exportsInUse(before: AppStacks, after: AppStacks, changes: readonly ResourceChange[]): string[] {
  const used = new Set(Object.values(before).flatMap(({ template }) => importsIn(template)));
  return Object.entries(before).flatMap(([id, { template, stackName }]) => {
    const now = after[id];
    if (now === undefined || now.stackName !== stackName) return [];
    const left = exportsOf(now.template);
    const others = changes.filter((change) => change.stack === id && replaces(change));
    const isAnother = (value: string): boolean => others.some((change) => value.includes(`"${change.id}"`));
    return [...exportsOf(template)]
      .filter(([name, value]) => used.has(name) && (left.get(name) !== value || isAnother(value)))
      .map(
        ([name]) =>
          `${id}: the export ${name} ${left.has(name) ? 'changes' : 'goes'}, and another stack still imports it`,
      );
  });
}

const exportsOf = ({ Outputs }: StackTemplate): Map<string, string> =>
  new Map(
    Object.values(Outputs ?? {}).flatMap((one) =>
      one.Export ? [[String(one.Export.Name), JSON.stringify(one.Value)]] : [],
    ),
  );

function importsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(importsIn);
  if (!isRecord(value)) return [];
  const name = fieldOf(value, 'Fn::ImportValue');
  return typeof name === 'string' ? [name] : Object.values(value).flatMap(importsIn);
}
