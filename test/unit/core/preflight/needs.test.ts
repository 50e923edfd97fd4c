import { needsLine, needsOf, vcpusOf, type Demand } from '../../../../lib/core/preflight/needs';

const DEMAND: Demand = {
  instanceTypes: ['r7g.large'],
  nodes: 2,
  volumeGiB: 200,
  shards: 1,
  network: { addresses: 2 },
  snapshots: true,
  remedies: 1,
  thanos: { query: { cpu: 512, tasks: 2, maxTasks: 6 }, store: { cpu: 512 }, compactor: { cpu: 1024 } },
};
const figures = (demand: Demand): unknown[] =>
  needsOf(demand).map(({ quota, least, most }) => [quota.code, least, most]);

test('the default configuration', () => {
  expect(figures(DEMAND)).toEqual([
    ['L-1216C47A', 4, 4],
    ['L-7A658B76', 0.4, 0.8],
    ['L-3032A538', 2.5, 8],
    ['L-F678F1CE', 1, 1],
    ['L-0263D0A3', 2, 2],
    ['L-B99A9384', 3, 13],
  ]);
  expect(needsLine(needsOf(DEMAND))).toBe(
    'needs of the account: 4 on-demand vCPUs, Standard instances (L-1216C47A); 0.4, at times 0.8 TiB of gp3 volumes (L-7A658B76); 2.5, at times 8 Fargate on-demand vCPUs (L-3032A538); 1 VPCs of the region (L-F678F1CE); 2 elastic IPs of the region (L-0263D0A3); 3, at times 13 concurrent executions of Lambda (L-B99A9384). `npx promha preflight` compares',
  );
});

test('more shards need more machines and executions; without Thanos nothing of Fargate, in a VPC that is there no address', () => {
  expect(
    figures({ ...DEMAND, shards: 2, nodes: 6, snapshots: false, remedies: 0, network: null, thanos: null }),
  ).toEqual([
    ['L-1216C47A', 12, 12],
    ['L-7A658B76', 1.2, 2.4],
    ['L-B99A9384', 6, 14],
  ]);
});

test.each([
  ['m7g.medium', 1],
  ['t4g.medium', 2],
  ['r7g.xlarge', 4],
  ['r7g.16xlarge', 64],
  ['r7g.metal', null],
])('%s has %p vCPUs', (type, vcpus) => expect(vcpusOf(type)).toBe(vcpus));

test.each([
  ['x2gd.large', 'L-7295265B'],
  ['i4g.large', 'L-1216C47A'],
  ['inf2.xlarge', 'L-1945791B'],
])('%s is counted by its own quota', (instanceType, code) =>
  expect(needsOf({ ...DEMAND, instanceTypes: [instanceType] })[0]!.quota.code).toBe(code),
);

test('fallback types need the most of their quota, and nothing of another until they are taken', () => {
  const instanceTypes = ['r7g.large', 'r6g.xlarge', 'x2gd.large'] as const;
  expect(figures({ ...DEMAND, instanceTypes, thanos: null }).slice(0, 2)).toEqual([
    ['L-1216C47A', 4, 8],
    ['L-7295265B', 0, 4],
  ]);
  expect(figures({ ...DEMAND, instanceTypes: ['r7g.large', 'r6g.metal'] })[0]).toEqual(['L-1216C47A', 4, null]);
});

test('of a whole machine nobody knows', () => {
  expect(needsLine(needsOf({ ...DEMAND, instanceTypes: ['r7g.metal'] }))).toMatch(/as many as its machines have/);
});
