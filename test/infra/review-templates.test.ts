import type { AppStacks } from '../../lib/core/review/change';
import type { Review } from '../../lib/core/review/review';
import { edited, idIn, judged, rows, stacksOf, why, type Edit, type Mutable } from './review-lab';

let base: AppStacks;
beforeAll(() => (base = stacksOf((c) => c)));

const idOf = (stack: string, type: string, nth = 0): string => idIn(base, stack, type, nth);

describe('recorded changes of templates', () => {
  const of = (stack: string, edit: (resources: Record<string, Mutable>) => void, more = {}): Review =>
    judged(base, edited(base, stack, edit, more));

  test.each(['EC2::Volume', 'S3::Bucket'])('another logical id of %s is an empty twin', (type) => {
    const id = idOf('stateful', type);
    const result = of('stateful', (r) => {
      r.Other = r[id]!;
      delete r[id];
    });
    const change = result.changes.find((one) => one.resource === `${id} → Other`);
    expect(change).toMatchObject({
      impact: 'data at risk',
      change: 'renamed',
      why: expect.stringContaining('stays in the account'),
    });
  });

  test('a bucket that is replaced, kept and not kept', () => {
    const id = idOf('stateful', 'S3::Bucket');
    const named = (more: object): Review =>
      of('stateful', (r) => {
        r[id] = { ...r[id]!, ...more, Properties: { ...r[id]!.Properties, BucketName: 'of-mine' } };
      });
    expect(named({}).changes[0]).toMatchObject({ impact: 'data at risk', change: 'replaced' });
    expect(why(named({}), 'S3::Bucket')).toContain('the old one stays and belongs to nobody');
    expect(why(named({ UpdateReplacePolicy: 'Delete' }), 'S3::Bucket')).toContain('the old one is deleted');
    // Other stacks import its name.
    expect(named({}).refused.join()).toMatch(/the export .*ControlBucket.* changes/);
  });

  test.each([
    ['the policy of a volume is Delete', 'EC2::Volume', (r: Mutable) => (r.DeletionPolicy = 'Delete')],
    [
      'a volume of another node',
      'EC2::Volume',
      (r: Mutable) => (r.Properties.Tags.find((t: { Key: string }) => t.Key.endsWith(':node')).Value = 'x'),
    ],
    [
      'versions are not kept',
      'S3::Bucket',
      (r: Mutable) => (r.Properties.VersioningConfiguration.Status = 'Suspended'),
    ],
    [
      'older versions end sooner',
      'S3::Bucket',
      (r: Mutable) => (r.Properties.LifecycleConfiguration.Rules[0].NoncurrentVersionExpiration.NoncurrentDays = 0.5),
    ],
    [
      'objects end, which did not',
      'S3::Bucket',
      (r: Mutable) => r.Properties.LifecycleConfiguration.Rules.push({ Status: 'Enabled', ExpirationInDays: 400 }),
    ],
    [
      'objects move to another storage class',
      'S3::Bucket',
      (r: Mutable) =>
        r.Properties.LifecycleConfiguration.Rules.push({
          Status: 'Enabled',
          Transitions: [{ StorageClass: 'GLACIER', TransitionInDays: 90 }],
        }),
    ],
    ['a denial goes', 'S3::BucketPolicy', (r: Mutable) => r.Properties.PolicyDocument.Statement.shift()],
  ])('%s: data at risk', (_, type, edit) => {
    const result = of('stateful', (r) => edit(r[idOf('stateful', type)]!));
    expect(rows(result)).toEqual([`data at risk: stateful ${type}`]);
  });

  test('a lifecycle that keeps longer, or is switched off, takes nothing away', () => {
    for (const change of [
      (rule: Mutable) => (rule.NoncurrentVersionExpiration = { NoncurrentDays: 30 }),
      (rule: Mutable) => (rule.Status = 'Disabled'),
    ]) {
      const result = of('stateful', (r) =>
        change(r[idOf('stateful', 'S3::Bucket')]!.Properties.LifecycleConfiguration.Rules[0]),
      );
      expect(rows(result)).toEqual(['in place: stateful S3::Bucket']);
    }
  });

  test('termination protection that goes', () => {
    const result = of('stateful', () => undefined, { terminationProtection: false });
    expect(rows(result)).toEqual(['data at risk: stateful CloudFormation::Stack']);
  });

  test('without Thanos a shorter retention loses samples', () => {
    const alone: Edit = (c) => ({ ...c, thanos: null });
    const before = stacksOf(alone);
    const result = judged(
      before,
      stacksOf((c) => ({ ...alone(c), retention: '5d' })),
    );
    expect(rows(result)).toEqual(['data at risk: nodes EC2::LaunchTemplate']);
    // And to give it up is worse.
    const without = judged(base, before);
    expect(rows(without)).toEqual(
      expect.arrayContaining([
        'data at risk: nodes EC2::LaunchTemplate',
        'interruption: query ElasticLoadBalancingV2::Listener',
      ]),
    );
    expect(why(without, 'CloudFormation::Stack')).toContain('cdk deploy deletes no stack');
  });

  test.each([
    ['groups that wait for no other', 'interruption', (r: Mutable) => delete r.DependsOn],
    [
      'a group that waits for no signal',
      'interruption',
      (r: Mutable) => (r.UpdatePolicy.AutoScalingRollingUpdate.WaitOnResourceSignals = false),
    ],
    [
      'a group that is replaced',
      'interruption',
      (r: Mutable) => (r.UpdatePolicy = { AutoScalingReplacingUpdate: { WillReplace: true } }),
    ],
    ['a group as it is', 'rolling', () => undefined],
  ])('a launch template of %s: %s', (_, impact, edit) => {
    const before = edited(base, 'nodes', (r) => edit(r[idOf('nodes', 'AutoScaling::AutoScalingGroup', 1)]!));
    const after = edited(
      before,
      'nodes',
      (r) => (r[idOf('nodes', 'EC2::LaunchTemplate', 1)]!.Properties.LaunchTemplateData.InstanceType = 'x'),
    );
    expect(rows(judged(before, after))).toEqual([`${impact}: nodes EC2::LaunchTemplate`]);
  });

  test.each([
    ['MaxSize', '2', 'interruption'],
    ['MinSize', '0', 'interruption'],
    ['HealthCheckGracePeriod', 60, 'in place'],
    ['VPCZoneIdentifier', ['subnet-1'], 'rolling'],
  ])('%s of a group to %s: %s', (name, value, impact) => {
    const result = of('nodes', (r) => (r[idOf('nodes', 'AutoScaling::AutoScalingGroup')]!.Properties[name] = value));
    expect(rows(result)).toEqual([`${impact}: nodes AutoScaling::AutoScalingGroup`]);
  });

  test.each([
    ['query', 'ElasticLoadBalancingV2::Listener', 'DefaultActions', [], 'interruption'],
    ['query', 'ElasticLoadBalancingV2::Listener', 'Port', 1, 'interruption'],
    ['query', 'ElasticLoadBalancingV2::TargetGroup', 'Port', 1, 'interruption'],
    ['query', 'ElasticLoadBalancingV2::TargetGroup', 'HealthCheckIntervalSeconds', 30, 'in place'],
    ['control', 'Events::Rule', 'State', 'DISABLED', 'interruption'],
    ['control', 'Events::Rule', 'Targets', [{ Id: 'Target0', Input: '{}' }], 'in place'],
    ['control', 'CloudWatch::Alarm', 'ActionsEnabled', false, 'interruption'],
    ['control', 'Lambda::Function', 'Timeout', 77, 'in place'],
    ['control', 'Lambda::Function', 'ReservedConcurrentExecutions', 0, 'interruption'],
    ['control', 'Logs::LogGroup', 'RetentionInDays', 1, 'data at risk'],
    ['control', 'Logs::LogGroup', 'RetentionInDays', 3653, 'in place'],
  ])('%s %s, its %s to %j: %s', (stack, type, name, value, impact) => {
    const result = of(stack, (r) => (r[idOf(stack, type)]!.Properties[name] = value));
    expect(result.impact).toBe(impact);
    expect(rows(result)).toContain(`${impact}: ${stack} ${type}`);
  });

  test.each([
    ['a volume that shrinks', 'stateful', 'EC2::Volume', (p: Mutable) => (p.Size = 10), /cannot shrink/],
    [
      'a volume that moves',
      'stateful',
      'EC2::Volume',
      (p: Mutable) => (p.AvailabilityZone = 'eu-west-1c'),
      /cannot move/,
    ],
    [
      'a replacement under the same name',
      'control',
      'Lambda::Function',
      (p: Mutable) => (p.PackageType = 'Image'),
      /under the same name, trading-metrics-/,
    ],
  ])('refused: %s', (_, stack, type, edit, expected) => {
    const result = of(stack, (r) => edit(r[idOf(stack, type)]!.Properties));
    expect(result.refused).toEqual([expect.stringMatching(expected)]);
  });

  test('refused: the same name under another logical id; an export that is in use', () => {
    const alarm = idOf('control', 'CloudWatch::Alarm');
    const renamed = of('control', (r) => {
      r.Other = r[alarm]!;
      delete r[alarm];
    });
    expect(renamed.refused).toEqual([expect.stringContaining('is still there')]);
    const group = idOf('network', 'EC2::SecurityGroup');
    const replaced = of('network', (r) => (r[group]!.Properties.GroupDescription = 'another'));
    expect(replaced.refused.length).toBeGreaterThan(0);
    expect(replaced.impact).toBe('interruption');
  });
});
