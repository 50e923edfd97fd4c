import { TAGS } from '../../contract/tags';
import {
  fieldOf,
  isRecord,
  entriesIn,
  propertyOf,
  plainly,
  updatesOf,
  type ChangeFinding,
  type ChangeRule,
  type StackTemplate,
  type TemplateResource,
} from './change';

const GROUP = 'AWS::AutoScaling::AutoScalingGroup';
type Groups = readonly (readonly [id: string, group: TemplateResource])[];
const groupsIn = ({ Resources }: StackTemplate): Groups =>
  Object.entries(Resources).filter(([, { Type }]) => Type === GROUP);

/** Machines are made anew: how, by the group's update policy. */
function renewed([id, group]: Groups[number], groups: Groups): ChangeFinding {
  const policy = group.UpdatePolicy;
  if (fieldOf(policy, 'AutoScalingReplacingUpdate', 'WillReplace') === true) {
    return { impact: 'interruption', why: `${id} is replaced as a whole: two machines for one volume` };
  }
  if (!isRecord(fieldOf(policy, 'AutoScalingRollingUpdate'))) {
    return { impact: 'in place', why: `${id} has no rolling update: only machines that start later are others` };
  }
  if (groups.length === 1) return { impact: 'interruption', why: `${id} is the only node, and is replaced` };
  if (fieldOf(policy, 'AutoScalingRollingUpdate', 'WaitOnResourceSignals') !== true) {
    return { impact: 'interruption', why: `nobody waits until ${id} is ready: the next node goes before it is` };
  }
  if (!inARow(groups)) return { impact: 'interruption', why: 'groups wait for no other: all nodes go at once' };
  return { impact: 'rolling', why: `the machine of ${id} is replaced, one node after the other; alerting moves first` };
}

/** Each group but one waits for another group. */
const inARow = (groups: Groups): boolean => {
  const ids = groups.map(([id]) => id);
  const dependencies = (group: TemplateResource): readonly unknown[] =>
    Array.isArray(group.DependsOn) ? group.DependsOn : [group.DependsOn];
  return groups.filter(([, group]) => !dependencies(group).some((one) => ids.includes(String(one)))).length <= 1;
};

/** A launch template changes nothing by itself: the groups that follow its newest version do. */
export const launchTemplate: ChangeRule = (change, { after }) => {
  if (change.type !== 'AWS::EC2::LaunchTemplate' || updatesOf(change).length === 0) return [];
  if (propertyOf(change, 'LaunchTemplateData') === undefined) return [];
  const groups = groupsIn(after);
  const followers = groups.filter(([, { Properties }]) => {
    const version = JSON.stringify(fieldOf(Properties, 'LaunchTemplate', 'Version') ?? null);
    return version.includes(`"${change.id}"`);
  });
  if (followers.length === 0) return [{ impact: 'in place', why: 'no group follows its newest version' }];
  return followers.map((group) => renewed(group, groups));
};

/** Properties of a group that make it renew its machines. */
const RENEWS = ['LaunchTemplate', 'LaunchConfigurationName', 'MixedInstancesPolicy', 'VPCZoneIdentifier'];
const SIZES = ['MinSize', 'MaxSize', 'DesiredCapacity'];

export const group: ChangeRule = (change, { after }) => {
  if (change.type !== GROUP) return [];
  if (change.after === null) return [{ impact: 'interruption', why: 'its machine ends; its volume stays' }];
  const updates = updatesOf(change);
  const groups = groupsIn(after);
  const sizes = updates.filter(({ name }) => SIZES.includes(name));
  return [
    ...(updates.some(({ name }) => RENEWS.includes(name)) ? [renewed([change.id, change.after], groups)] : []),
    ...sizes.map(({ name, before, after: size }): ChangeFinding => {
      const what = `${name} ${plainly(before)} → ${plainly(size)}`;
      if (Number(size) === 0) return { impact: 'interruption', why: `${what}: the node's machine ends` };
      if (Number(size) > 1) return { impact: 'interruption', why: `${what}: two machines want one volume` };
      return { impact: 'in place', why: what };
    }),
    ...nodeTags(change.properties),
  ];
};

function nodeTags(properties: Parameters<ChangeRule>[0]['properties']): ChangeFinding[] {
  const tags = properties.find(({ name }) => name === 'Tags');
  const node = (value: unknown): unknown =>
    fieldOf(
      entriesIn(value).find((one) => fieldOf(one, 'Key') === TAGS.node),
      'Value',
    );
  return tags === undefined || tags.before === undefined || node(tags.before) === node(tags.after)
    ? []
    : [{ impact: 'interruption', why: `machines are of another node: ${plainly(node(tags.after))}` }];
}
