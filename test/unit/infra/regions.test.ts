import { RegionInfo } from 'aws-cdk-lib/region-info';
import { parse } from 'yaml';
import config from '../../fixtures/config/cluster';
import { dnsSuffix } from '../../../lib/contract/dns-suffix';
import { objstoreConfig } from '../../../lib/core/thanos/objstore';
import { resolveCluster } from '../../../lib/infra/config/check/cluster';
import { image } from '../../../lib/infra/config/relations/thanos-image';

test("names of services end as the CDK's table of regions says", () => {
  const { regions } = RegionInfo;
  expect(regions.length).toBeGreaterThan(30);
  const other = regions.filter(({ name, domainSuffix }) => dnsSuffix(name) !== domainSuffix);
  expect(other.map(({ name, domainSuffix }) => `${name}: ${domainSuffix}`)).toEqual([]);
});

test('Thanos finds S3 in China too', () => {
  const endpoint = (region: string): unknown => parse(objstoreConfig({ bucket: 'b', region })).config.endpoint;
  expect(endpoint('eu-west-1')).toBe('s3.eu-west-1.amazonaws.com');
  expect(endpoint('cn-north-1')).toBe('s3.cn-north-1.amazonaws.com.cn');
});

describe('an image in ECR, where interface endpoints are the only way', () => {
  const problems = (repository: string, egress: 'nat' | 'endpoints'): string[] => {
    const cluster = resolveCluster({
      ...config,
      network: { kind: 'new', cidr: '10.77.0.0/20', egress },
      artifactMirror: 'mirror',
      thanos: { ...config.thanos, image: { ...config.thanos.image!, repository } },
    });
    return image(cluster).map(({ what }) => what);
  };
  test.each([
    ['111122223333.dkr.ecr.us-east-1.amazonaws.com/thanos', 'endpoints', [/the region's own ECR only/]],
    ['111122223333.dkr.ecr.us-east-1.amazonaws.com/thanos', 'nat', []],
    ['111122223333.dkr.ecr.eu-west-1.amazonaws.com/thanos', 'endpoints', []],
    ['quay.io/thanos/thanos', 'endpoints', [/tasks without internet/]],
  ] as const)('%s with %s', (repository, egress, says) => {
    expect(problems(repository, egress)).toEqual(says.map((text) => expect.stringMatching(text)));
  });
});
