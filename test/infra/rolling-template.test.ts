import { rmSync } from 'node:fs';
import { Stack } from 'aws-cdk-lib';
import type { Cluster } from '../../lib/infra/config/cluster';
import { synthesize, type Synthesized } from './synthesize';

/** 50,000 series every second: 5 min, 9 of replay and 1.5 of reading, to the next 5. */
const WITHIN = 'PT20M';
const dirs: string[] = [];
const synth = (change: (cluster: Cluster) => Cluster): Synthesized => {
  const made = synthesize(undefined, change);
  dirs.push(made.dir);
  return made;
};
let before: Synthesized;
beforeAll(() => (before = synth((c) => c)));
afterAll(() => dirs.forEach((dir) => rmSync(dir, { recursive: true })));

const CHANGES: readonly (readonly [string, (cluster: Cluster) => Cluster])[] = [
  [
    'a version of Prometheus',
    (c) => ({
      ...c,
      artifacts: { ...c.artifacts, prometheus: { ...c.artifacts.prometheus, version: '9.9.9' } },
    }),
  ],
  ['an instance type', (c) => ({ ...c, instance: { ...c.instance, type: 'r7g.xlarge' } })],
  ['an image', (c) => ({ ...c, image: { id: 'ami-0fedcba9876543210', by: 'lock' } })],
];

test.each(CHANGES)('%s changes the launch template of every node, and nothing else', (_, change) => {
  const after = synth(change);
  const changed = Object.entries(before.stacks).flatMap(([stack, resources]) =>
    Object.entries(resources)
      .filter(([id, resource]) => JSON.stringify(resource) !== JSON.stringify(after.stacks[stack]?.[id]))
      .map(([, { Type }]) => Type),
  );
  expect(changed).toEqual(before.all('AWS::EC2::LaunchTemplate').map(({ Type }) => Type));
  expect(Object.values(after.stacks).map((r) => Object.keys(r))).toEqual(
    Object.values(before.stacks).map((r) => Object.keys(r)),
  );
});

test('tags of the user are on everything that bills, and replace no machine', () => {
  const tags = { team: 'trading', 'cost-center': '42' };
  const after = synth((c) => ({ ...c, tags }));
  const kept = ({ all }: Synthesized): unknown[] => all('AWS::EC2::LaunchTemplate').map(({ Properties }) => Properties);
  expect(kept(after)).toEqual(kept(before));
  const bills = [
    'EC2::Volume',
    'S3::Bucket',
    'ECS::Service',
    'ElasticLoadBalancingV2::LoadBalancer',
    'Lambda::Function',
  ];
  for (const type of [...bills, 'AutoScaling::AutoScalingGroup']) {
    const resources = after.all(`AWS::${type}`);
    expect({ type, some: resources.length > 0 }).toEqual({ type, some: true });
    for (const { Properties: p } of resources)
      for (const [Key, Value] of Object.entries(tags))
        expect(p.Tags).toContainEqual(expect.objectContaining({ Key, Value }));
  }
});

test('a group follows the newest version of its template, and rolls back without a signal', () => {
  const groups = before.all('AWS::AutoScaling::AutoScalingGroup');
  expect(groups.length).toBeGreaterThanOrEqual(2);
  for (const { Properties, UpdatePolicy } of groups) {
    const { LaunchTemplateId, Version } = Properties.LaunchTemplate as Record<string, Record<string, unknown>>;
    expect(Version).toEqual({ 'Fn::GetAtt': [LaunchTemplateId!.Ref, 'LatestVersionNumber'] });
    expect(UpdatePolicy).toMatchObject({
      AutoScalingRollingUpdate: { WaitOnResourceSignals: true, PauseTime: WITHIN },
    });
  }
});

test.each([
  ['one shard', 1, ['nodes after control']],
  ['two shards', 2, ['nodes after control', 'nodes-1 after control-1']],
])(
  'nodes, which are waited for, come after the function that gives them their configuration: %s',
  (_, shards, after) => {
    const { app } = synth((c) => ({ ...c, shards }));
    const found = app.node.children.flatMap((stack) =>
      stack instanceof Stack
        ? stack.dependencies
            .filter((other) => other.node.id.startsWith('control'))
            .map((other) => `${stack.node.id} after ${other.node.id}`)
        : [],
    );
    for (const order of after) expect(found).toContain(order);
    const groups = before.all('AWS::AutoScaling::AutoScalingGroup');
    expect(groups.map(({ CreationPolicy }) => CreationPolicy)).toEqual(
      groups.map(() => ({ ResourceSignal: { Count: 1, Timeout: WITHIN } })),
    );
  },
);

test('no two groups are updated at the same time', () => {
  const groups = before.all('AWS::AutoScaling::AutoScalingGroup');
  groups.slice(1).forEach((group, i) => expect(group.DependsOn).toContain(groups[i]!.id));
});
