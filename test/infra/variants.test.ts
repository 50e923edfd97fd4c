import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from '../../lib/infra/config/cluster';
import { inShard } from '../../lib/infra/config/layout';
import { loadConfiguration } from '../../lib/infra/config/load';
import { ROOT } from '../fixtures/config-dir';
import { assemble, synthesize, type Synthesized } from './synthesize';
import { TEMPLATE_RULES } from './template-rules';

const ZONES = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'];
const VARIANTS: readonly (readonly [name: string, change: (cluster: Cluster) => Cluster])[] = [
  [
    'endpoints',
    (c) => ({ ...c, artifactMirror: 'mirror', network: { kind: 'new', cidr: '10.77.0.0/20', egress: 'endpoints' } }),
  ],
  [
    'imported',
    (c) => ({
      ...c,
      network: {
        kind: 'imported',
        vpcId: 'vpc-0123456789abcdef0',
        cidr: '10.30.0.0/16',
        subnets: Object.fromEntries(
          c.zones.map((zone, i) => [zone, { subnetId: `subnet-0000000${i}`, routeTableId: `rtb-0000000${i}` }]),
        ),
        addS3Endpoint: true,
      },
    }),
  ],
  ['three zones', (c) => inShard({ ...c, zones: ZONES, replicas: 3 }, 0)],
  ['fallback types', (c) => ({ ...c, instance: { ...c.instance, fallbackTypes: ['r6g.large', 'm7g.xlarge'] } })],
  [
    'two shards, and a name for queries',
    (c) => ({ ...c, shards: 2, queryName: { name: 'metrics.example.com', hostedZoneId: 'Z0123456789ABCDEFGHIJ' } }),
  ],
  [
    'TLS for clients',
    (c) => {
      const certificate = `arn:aws:acm:${c.region}:111122223333:certificate/0a1b-2c3d`;
      return { ...c, queryName: { name: 'metrics.example.com', hostedZoneId: 'Z0123456789ABCDEFGHIJ', certificate } };
    },
  ],
  [
    'Thanos from an ECR',
    (c) => {
      const repository = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/mirror/thanos';
      return { ...c, artifactMirror: 'mirror', thanos: { ...c.thanos!, image: { ...c.thanos!.image, repository } } };
    },
  ],
  ['no image pinned', (c) => ({ ...c, image: { id: null, parameter: '/aws/service/some/image' } })],
];

function keepsEveryRule(made: Synthesized): void {
  try {
    const broken = TEMPLATE_RULES.flatMap(({ says, check }) => {
      try {
        check(made, made.cluster);
        return [];
      } catch (error) {
        return [`${says}: ${(error as Error).message}`];
      }
    });
    expect(broken).toEqual([]);
  } finally {
    rmSync(made.dir, { recursive: true });
  }
}

test.each(VARIANTS)('what holds of every template holds: %s', (_, change) => {
  keepsEveryRule(synthesize(undefined, change));
});

test('and of config/ as its user has it, whatever it says', () => {
  const config = join(ROOT, 'config');
  const { cluster, bundle } = loadConfiguration(join(config, 'cluster.ts'), config);
  keepsEveryRule(assemble(cluster, bundle));
});
