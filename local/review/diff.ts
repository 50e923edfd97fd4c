import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import { fullDiff, ResourceImpact, type ResourceDifference } from '@aws-cdk/cloudformation-diff';
import {
  isRecord,
  entriesIn,
  replaces,
  type AppStacks,
  type Replaces,
  type ResourceChange,
  type StackTemplate,
  type TemplateResource,
  type TypeFacts,
} from '../../lib/core/review/change';

const spec = loadAwsServiceSpecSync();
const typeNamed = (type: string) => spec.lookup('resource', 'cloudFormationType', 'equals', type)[0];

/** What AWS's specification says of a type; of one that it does not know, the worse. */
export function typeFacts(type: string): TypeFacts {
  const known = typeNamed(type);
  if (known === undefined) return { stateful: true, names: [] };
  const names = Object.entries(known.properties)
    .filter(([name, { causesReplacement }]) => /^(\w+Name|Name)$/.test(name) && causesReplacement === 'yes')
    .filter(([name]) => name === 'Name' || type.endsWith(`::${name.slice(0, -'Name'.length)}`) || type === SHORT[name])
    .map(([name]) => name);
  return { stateful: known.isStateful === true, names };
}
/** Leaves a part of itself out of its name. */
const SHORT: Readonly<Record<string, string>> = { GroupName: 'AWS::EC2::SecurityGroup' };

const REPLACES: Readonly<Partial<Record<ResourceImpact, Replaces>>> = {
  [ResourceImpact.WILL_REPLACE]: 'yes',
  [ResourceImpact.MAY_REPLACE]: 'maybe',
};

/** Of all stacks that are in both, by CDK's own comparison: what follows from a replaced resource is in it. */
export function changesBetween(before: AppStacks, after: AppStacks): ResourceChange[] {
  return Object.keys(before)
    .filter((stack) => after[stack] !== undefined)
    .flatMap((stack) => {
      const { resources } = fullDiff(structuredClone(before[stack]!.template), structuredClone(after[stack]!.template));
      const changes = Object.entries(resources.changes).map(([id, difference]) => changeOf(stack, id, difference));
      return withFollowers(stack, changes, after[stack]!.template);
    });
}

/**
 * And what refers to a replaced resource: its property gets another value, although it reads the same. (CDK's comparison
 * says so only where that replaces what refers, too.)
 */
function withFollowers(stack: string, changes: readonly ResourceChange[], after: StackTemplate): ResourceChange[] {
  const ids = changes.filter(replaces).map(({ id }) => id);
  const all = new Map(changes.map((change) => [change.id, change]));
  for (const [id, resource] of Object.entries(after.Resources)) {
    const change = all.get(id) ?? unchanged(stack, id, resource);
    if (change.before === null) continue;
    const follow = Object.entries(resource.Properties ?? {})
      .filter(([name]) => change.properties.every((one) => one.name !== name))
      .filter(([, value]) => ids.some((one) => refersTo(value, one)));
    if (follow.length === 0) continue;
    const properties = follow.map(([name, value]) => ({ name, before: value, after: value, replaces: 'no' as const }));
    all.set(id, { ...change, properties: [...change.properties, ...properties] });
  }
  return [...all.values()];
}

const unchanged = (stack: string, id: string, resource: TemplateResource): ResourceChange => ({
  stack,
  id,
  type: resource.Type,
  ...typeFacts(resource.Type),
  before: resource,
  after: resource,
  properties: [],
  attributes: [],
});

function refersTo(value: unknown, id: string): boolean {
  if (Array.isArray(value)) return value.some((one) => refersTo(one, id));
  if (!isRecord(value)) return false;
  const named = value.Ref ?? entriesIn(value['Fn::GetAtt'])[0];
  return named === id || Object.values(value).some((one) => refersTo(one, id));
}

function changeOf(stack: string, id: string, difference: ResourceDifference): ResourceChange {
  const { oldValue: before = null, newValue: after = null } = difference;
  const type = (before ?? after)!.Type;
  return {
    stack,
    id,
    type,
    ...typeFacts(type),
    before,
    after,
    properties: Object.entries(difference.propertyUpdates).map(([name, one]) => ({
      name,
      before: one.oldValue as unknown,
      after: one.newValue as unknown,
      replaces: (one.changeImpact && REPLACES[one.changeImpact]) ?? 'no',
    })),
    attributes: Object.keys(difference.otherChanges),
  };
}
