import { rmSync } from 'node:fs';
import { inShard } from '../../lib/infra/config/layout';
import type { Cluster } from '../../lib/infra/config/cluster';
import { synthesize, type Synthesized } from './synthesize';

const dirs: string[] = [];
const scaled = (replicas: number, shards: number, more: Partial<Cluster> = {}): Synthesized => {
  const made = synthesize(undefined, (c) => inShard({ ...c, ...more, replicas, shards }, 0));
  dirs.push(made.dir);
  return made;
};
afterAll(() => dirs.forEach((dir) => rmSync(dir, { recursive: true })));

/** Stack and logical id of every resource that is there now and was not before. @throws when anything else changed */
function added(before: Synthesized, after: Synthesized): string[] {
  for (const [stack, outputs] of Object.entries(before.outputs)) {
    expect({ stack, outputs: after.outputs[stack] }).toEqual({ stack, outputs });
  }
  for (const [stack, resources] of Object.entries(before.stacks)) {
    for (const [id, resource] of Object.entries(resources)) {
      expect({ stack, id, resource: after.stacks[stack]?.[id] }).toEqual({ stack, id, resource });
    }
  }
  return Object.entries(after.stacks).flatMap(([stack, resources]) =>
    Object.keys(resources)
      .filter((id) => before.stacks[stack]?.[id] === undefined)
      .map((id) => `${stack}/${id}`),
  );
}

let pair: Synthesized;
beforeAll(() => {
  pair = scaled(2, 1);
});

test('one more replica only adds: its volume, and its group with what belongs to it', () => {
  const more = added(pair, scaled(3, 1));
  expect(more).toContain('stateful/DataVolumeShard0Prometheus3');
  expect(more).toContain('nodes/GroupShard0Prometheus3');
  expect(new Set(more.map((at) => at.split('/')[0]))).toEqual(new Set(['stateful', 'nodes']));
});

test('one more shard only adds: stacks of its own, with names of their own', () => {
  const two = scaled(2, 2);
  const more = added(pair, two);
  expect(new Set(more.map((at) => at.split('/')[0]))).toEqual(new Set(['stateful-1', 'nodes-1', 'control-1']));
  expect(more).toContain('stateful-1/DataVolumeShard1Prometheus11');
  expect(more).toContain('nodes-1/GroupShard1Prometheus12');
  const names = two.all('AWS::Lambda::Function').map((f) => f.Properties.FunctionName as string);
  expect(names.filter((name) => name.endsWith('-1'))).toEqual([
    'trading-metrics-health-check-1',
    'trading-metrics-promote-alerting-1',
    'trading-metrics-shed-load-1',
    'trading-metrics-take-snapshot-1',
    'trading-metrics-restore-snapshot-1',
  ]);
  const unique = (all: string[]): void => expect(new Set(all).size).toBe(all.length);
  unique(names);
  unique(two.all('AWS::CloudWatch::Alarm').map((a) => a.Properties.AlarmName));
  unique(two.all('AWS::Events::Rule').map((r) => r.Properties.Name));
  // A third one changes nothing of the second.
  expect(new Set(added(two, scaled(2, 3)).map((at) => at.split('/')[0]))).toEqual(
    new Set(['stateful-2', 'nodes-2', 'control-2']),
  );
});

test('every shard watches itself: alarms look at its own metrics, functions write its own assignment', () => {
  const two = scaled(2, 2);
  const of = (stack: string) => Object.values(two.stacks[stack]!);
  const alarms = of('control-1').filter((r) => r.Type === 'AWS::CloudWatch::Alarm');
  const shards = alarms.flatMap((a) => (a.Properties.Dimensions ?? []) as { Name: string; Value: string }[]);
  expect(new Set(shards.filter((d) => d.Name === 'Shard').map((d) => d.Value))).toEqual(new Set(['1']));
  const text = JSON.stringify(two.stacks['control-1']);
  expect(text).toContain('shards/1/assignment.json');
  expect(text).not.toContain('shards/0/');
  expect(JSON.stringify(two.stacks.control)).not.toContain('shards/1/');
  // One pointer to the configuration, with one writer.
  const inputs = two.all('AWS::Events::Rule').map((r) => JSON.stringify(r.Properties.Targets[0]));
  expect(inputs.filter((input) => input.includes('config.json') || input.includes('hash'))).toHaveLength(1);
});

test('the volumes of a further shard are as safe as those of the first', () => {
  const volumes = Object.values(scaled(2, 2).stacks['stateful-1']!);
  expect(volumes).toHaveLength(2);
  for (const volume of volumes) {
    expect(volume).toMatchObject({ DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
  }
});

test('a shard of which not all nodes fit into one answer of DNS begins a name: query asks for it too, and nothing else changes', () => {
  const [one, two] = [scaled(8, 1), scaled(8, 2)];
  const changed = Object.entries(one.stacks).flatMap(([stack, resources]) =>
    Object.entries(resources)
      .filter(([id, resource]) => JSON.stringify(two.stacks[stack]![id]) !== JSON.stringify(resource))
      .map(([, { Type }]) => `${stack} ${Type}`),
  );
  expect(changed).toEqual(['thanos AWS::ECS::TaskDefinition']);
  const names = (s: Synthesized): unknown[] => s.all('AWS::ServiceDiscovery::Service').map((r) => r.Properties.Name);
  expect(names(one).filter((name) => String(name).startsWith('sidecar'))).toEqual(['sidecar']);
  expect(names(two).filter((name) => String(name).startsWith('sidecar'))).toEqual(['sidecar', 'sidecar-1']);
  // Each node may change the record that it registers in, and only that one.
  const records = (stack: string): string[] =>
    JSON.stringify(two.stacks[stack]).match(/sidecar(-\d+)?\.trading-metrics\.internal/g) ?? [];
  expect(new Set(records('nodes'))).toEqual(new Set(['sidecar.trading-metrics.internal']));
  expect(new Set(records('nodes-1'))).toEqual(new Set(['sidecar-1.trading-metrics.internal']));
  const endpoints = JSON.stringify(two.stacks.thanos).match(/--endpoint=dns\+[a-z0-9-]+/g);
  expect(endpoints).toEqual(['sidecar', 'sidecar-1', 'store'].map((name) => `--endpoint=dns+${name}`));
  const registers = (stack: string): string => JSON.stringify(two.stacks[stack]!);
  expect(registers('nodes-1')).toMatch(/ExportsOutputFnGetAttNamesSidecars1/);
  expect(registers('nodes')).not.toMatch(/ExportsOutputFnGetAttNamesSidecars1/);
});
