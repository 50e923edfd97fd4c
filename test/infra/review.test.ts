import { inShard } from '../../lib/infra/config/layout';
import type { AppStacks } from '../../lib/core/review/change';
import { reviewTable } from '../../lib/core/review/table';
import { edited, idIn, judged, rows, stacksOf, type Edit } from './review-lab';

let base: AppStacks;
beforeAll(() => (base = stacksOf((c) => c)));

describe('recorded changes of the configuration', () => {
  const recorded: readonly (readonly [what: string, Edit, expected: readonly string[]])[] = [
    ['nothing at all', (c) => c, []],
    [
      'a mail address for alarms',
      (c) => ({ ...c, alarmEmail: 'ops@example.com' }),
      ['nothing: control SNS::Subscription'],
    ],
    [
      'another instance type',
      (c) => ({ ...c, instance: { ...c.instance, type: 'r7g.xlarge' } }),
      ['rolling: nodes EC2::LaunchTemplate'],
    ],
    [
      'larger volumes',
      (c) => ({ ...c, volume: { sizeGiB: c.volume.sizeGiB + 100 } }),
      ['in place: stateful EC2::Volume'],
    ],
    ['a shorter retention, with Thanos', (c) => ({ ...c, retention: '5d' }), ['rolling: nodes EC2::LaunchTemplate']],
    [
      'a shorter retention of blocks',
      (c) => ({ ...c, thanos: { ...c.thanos!, retention: { ...c.thanos!.retention, raw: '2d' } } }),
      ['data at risk: thanos ECS::TaskDefinition', 'interruption: thanos ECS::Service'],
    ],
    [
      'a longer retention of blocks',
      (c) => ({ ...c, thanos: { ...c.thanos!, retention: { ...c.thanos!.retention, raw: '900d' } } }),
      ['interruption: thanos ECS::Service', 'rolling: thanos ECS::TaskDefinition'],
    ],
    [
      'more memory for Thanos query',
      (c) => ({ ...c, thanos: { ...c.thanos!, query: { ...c.thanos!.query, memoryMiB: 3072 } } }),
      ['rolling: thanos ECS::Service', 'rolling: thanos ECS::TaskDefinition'],
    ],
    [
      'no snapshots',
      (c) => ({ ...c, snapshots: false }),
      [
        'data at risk: control Lambda::Function',
        'data at risk: control Logs::LogGroup',
        'interruption: control Events::Rule',
      ],
    ],
    [
      'one more node',
      (c) => inShard({ ...c, replicas: 3 }, 0),
      ['nothing: nodes AutoScaling::AutoScalingGroup', 'nothing: stateful EC2::Volume'],
    ],
    ['one more shard', (c) => inShard({ ...c, shards: 2 }, 0), ['nothing: stateful-1 CloudFormation::Stack']],
    ['another name', (c) => ({ ...c, name: 'other' }), ['data at risk: stateful CloudFormation::Stack']],
    ['another region', (c) => ({ ...c, region: 'eu-central-1' }), ['data at risk: nodes CloudFormation::Stack']],
    ['fewer clients', (c) => ({ ...c, clients: ['10.1.0.0/16'] }), ['interruption: network EC2::SecurityGroup']],
    [
      'tags',
      (c) => ({ ...c, tags: { team: 'trading' } }),
      ['in place: stateful S3::Bucket', 'in place: nodes AutoScaling::AutoScalingGroup'],
    ],
  ];

  test.each(recorded)('%s', (_, edit, expected) => {
    const result = judged(base, stacksOf(edit));
    const said = rows(result);
    expect(said).toEqual(expect.arrayContaining([...expected]));
    const impact = expected.length === 0 ? 'nothing' : expected[0]!.split(':')[0];
    expect({ impact: result.impact, said }).toEqual({ impact, said });
    expect(result.refused).toEqual([]);
  });
});

test('the table says each thing once, worst first, and of a dozen alike how many', () => {
  const after = edited(base, 'control', (resources) => {
    for (const one of Object.values(resources))
      if (one.Type === 'AWS::Lambda::Function') one.Properties.MemorySize = 4096;
  });
  const both = edited(after, 'stateful', (r) => (r[idIn(base, 'stateful', 'EC2::Volume')]!.DeletionPolicy = 'Delete'));
  const text = reviewTable(judged(base, both), '`main`');
  const lines = text.split('\n').filter((line) => line.startsWith('| '));
  expect(lines).toHaveLength(3);
  expect(lines[1]).toMatch(
    /^\| \*\*data at risk\*\* \| stateful \| EC2::Volume `DataVolumeShard0Prometheus1` \| changed: DeletionPolicy/,
  );
  expect(lines[2]).toMatch(
    /^\| in place \| control \| Lambda::Function `\w+`, `\w+`, `\w+` and \d+ more \| changed: MemorySize \|$/,
  );
  expect(reviewTable(judged(base, base), '`main`')).toContain('deploys nothing');
});
