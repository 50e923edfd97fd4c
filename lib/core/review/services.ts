import { fieldOf, propertyOf, replaces, plainly, updatesOf, type ChangeFinding, type ChangeRule } from './change';

/** Properties of a service whose change makes ECS start other tasks. */
const DEPLOYS = [
  'TaskDefinition',
  'NetworkConfiguration',
  'LoadBalancers',
  'ServiceRegistries',
  'PlatformVersion',
  'CapacityProviderStrategy',
  'EnableExecuteCommand',
  'VolumeConfigurations',
  'ServiceConnectConfiguration',
];

export const ecsService: ChangeRule = (change) => {
  const { type, after } = change;
  if (type !== 'AWS::ECS::Service' || after === null) return [];
  const updates = updatesOf(change);
  const count = updates.find(({ name }) => name === 'DesiredCount');
  const none = Number(count?.after) === 0;
  const deploys = updates.filter(({ name }) => DEPLOYS.includes(name)).map(({ name }) => name);
  const least = Number(fieldOf(after.Properties, 'DeploymentConfiguration', 'MinimumHealthyPercent') ?? 100);
  return [
    ...(deploys.length === 0 ? [] : [newTasks(deploys, least)]),
    ...(count === undefined
      ? []
      : [
          {
            impact: none ? ('interruption' as const) : ('in place' as const),
            why: `DesiredCount ${plainly(count.before)} → ${plainly(count.after)}`,
          },
        ]),
  ];
};

const newTasks = (deploys: readonly string[], least: number): ChangeFinding =>
  least === 0
    ? { impact: 'interruption', why: `${deploys.join(', ')}: the task ends before the next one starts` }
    : { impact: 'rolling', why: `${deploys.join(', ')}: new tasks answer before the old ones end` };

/** Nearly every change of one is a new revision; what it does to running tasks its service says. */
export const taskDefinition: ChangeRule = (change) =>
  change.type === 'AWS::ECS::TaskDefinition' && replaces(change)
    ? [{ impact: 'rolling', why: `another revision: ${change.properties.map(({ name }) => name).join(', ')}` }]
    : [];

const ENDS: Readonly<Record<string, string>> = {
  State: 'DISABLED',
  ActionsEnabled: 'false',
  ReservedConcurrentExecutions: '0',
  Enabled: 'false',
};

/** A switch that turns off what it belongs to. */
export const turnedOff: ChangeRule = (change) =>
  updatesOf(change)
    .filter(({ name, after }) => ENDS[name] !== undefined && String(after) === ENDS[name])
    .map(({ name, after }) => ({ impact: 'interruption', why: `${name} ${plainly(after)}: it does nothing any more` }));

/** Snapshots and restores are what data are got back by. */
export const safetyNet: ChangeRule = ({ type, before, after }) => {
  const name = String(fieldOf(before?.Properties, 'FunctionName'));
  return type === 'AWS::Lambda::Function' && after === null && /-(take|restore)-snapshot(-\d+)?$/.test(name)
    ? [{ impact: 'data at risk', why: 'without it a lost volume is not restored' }]
    : [];
};

/** Alarms go by it: without what lets CloudWatch publish they are silent, and nobody is told. */
export const snsTopic: ChangeRule = (change) => {
  if (change.type === 'AWS::SNS::TopicPolicy' && change.after === null)
    return [{ impact: 'interruption', why: 'CloudWatch may not publish any more: alarms reach nobody' }];
  if (
    change.type === 'AWS::SNS::Topic' &&
    propertyOf(change, 'TopicName') !== undefined &&
    change.before &&
    change.after
  )
    return [{ impact: 'interruption', why: 'who subscribed to the old topic hears nothing of the new one' }];
  return [];
};
