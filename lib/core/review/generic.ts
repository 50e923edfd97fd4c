import { replaces, updatesOf, type ChangeFinding, type ChangeRule, type Impact, type ResourceChange } from './change';

/** Types that carry no traffic and hold nothing: another one in their place is noticed by nobody. */
const QUIET = [
  'AWS::IAM::',
  'AWS::CloudWatch::',
  'AWS::Lambda::Permission',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::EC2::LaunchTemplate',
  'AWS::ECS::TaskDefinition',
  'AWS::ApplicationAutoScaling::ScalingPolicy',
  'AWS::EC2::FlowLog',
];
const isQuiet = ({ type }: ResourceChange): boolean => QUIET.some((one) => type.startsWith(one));

/** Of these the new one is made, and used, before the old one goes; of others what uses them is moved over. */
const SWAPPED = ['AWS::EC2::SecurityGroupIngress', 'AWS::EC2::SecurityGroupEgress', 'AWS::EC2::Route'];

/** Replacement is their way of being updated, and a rule of their own says what comes of it. */
const REVISIONS = ['AWS::ECS::TaskDefinition'];

/** Updated in their place, and yet not without a break. */
const BREAKS: Readonly<Record<string, readonly string[]>> = {
  'AWS::ElasticLoadBalancingV2::LoadBalancer': ['Subnets', 'SubnetMappings', 'SecurityGroups', 'IpAddressType'],
  'AWS::EC2::VPCEndpoint': ['RouteTableIds', 'SubnetIds', 'PolicyDocument'],
};

export const added: ChangeRule = ({ before, after }) =>
  before === null && after !== null ? [{ impact: 'nothing', why: 'new' }] : [];

export const removed: ChangeRule = (change) => {
  if (change.after !== null || change.stateful) return [];
  return isQuiet(change)
    ? [{ impact: 'in place', why: 'removed' }]
    : [{ impact: 'interruption', why: 'removed: what used it does so no more' }];
};

export const replaced: ChangeRule = (change) => {
  if (!replaces(change) || change.stateful || REVISIONS.includes(change.type)) return [];
  const causes = change.properties.filter((one) => one.replaces !== 'no');
  const sure = causes.some((one) => one.replaces === 'yes');
  const impact: Impact = isQuiet(change) || SWAPPED.includes(change.type) ? 'in place' : 'interruption';
  const names = causes.map(({ name }) => name).join(', ');
  return [{ impact, why: `${sure ? 'replaced' : 'may be replaced'} because of ${names}` }];
};

/** Where no other rule has a word to say. */
export function updated(change: ResourceChange): readonly ChangeFinding[] {
  const names = updatesOf(change).map(({ name }) => name);
  const breaks = names.filter((name) => BREAKS[change.type]?.includes(name));
  if (breaks.length > 0) return [{ impact: 'interruption', why: `connections may break: ${breaks.join(', ')}` }];
  if (names.length > 0) return [{ impact: 'in place', why: names.join(', ') }];
  const attributes = change.attributes.join(', ');
  return [{ impact: 'nothing', why: `${attributes === '' ? 'the same' : attributes}: counts from the next update` }];
}
