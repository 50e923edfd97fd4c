import { VERSIONS } from '../../lib/contract/versions';
import { loadConfiguration } from '../../lib/infra/config/load';
import { findCheckers } from '../../lib/infra/config/programs/check';
import { prometheusFlags } from '../../lib/infra/config/prometheus-flags';
import { ConfigFixture } from '../fixtures/config-fixture';
import { synthesize } from './synthesize';

let fixture: ConfigFixture;
beforeEach(() => {
  fixture = new ConfigFixture();
});
afterEach(() => fixture.remove());

test('features that promtool has to know are told to it, and flags come from what was asked for', () => {
  const rules = 'groups: [{ name: a, rules: [{ record: "a:b", expr: "limitk(1, up)" }] }]\n';
  fixture.write('rules/experimental.yml', rules);
  const refused = (): boolean => {
    try {
      loadConfiguration(fixture.path('cluster.ts'), fixture.dir, null, () => findCheckers(VERSIONS));
      return false;
    } catch (error) {
      return (error as Error).message.includes('experimental');
    }
  };
  expect(refused()).toBe(true);
  fixture.edit(
    'cluster.ts',
    'shards: 1,',
    "shards: 1, prometheusFeatures: ['promql-experimental-functions', 'otlp-write-receiver'],",
  );
  jest.resetModules();
  expect(refused()).toBe(false);
  expect(prometheusFlags({})).toEqual([]);
  expect(prometheusFlags(loadConfiguration(fixture.path('cluster.ts'), fixture.dir).cluster)).toEqual([
    '--enable-feature=promql-experimental-functions',
    '--web.enable-otlp-receiver',
  ]);
  expect(
    prometheusFlags({
      prometheusFeatures: ['zstd-scrape', 'exemplar-storage', 'zstd-scrape'],
      prometheusLimits: { queryTimeout: '1m' },
    }),
  ).toEqual(['--enable-feature=exemplar-storage,zstd-scrape', '--query.timeout=1m']);
});

test('nodes are told of them by their own configuration, which nothing changes without them', () => {
  const nodes = (prometheusFeatures?: 'exemplar-storage'[]): string => {
    const { all } = synthesize(undefined, (c) => ({ ...c, ...(prometheusFeatures && { prometheusFeatures }) }));
    return JSON.stringify(all('AWS::EC2::LaunchTemplate').map(({ Properties: p }) => p.LaunchTemplateData.UserData));
  };
  expect(nodes(['exemplar-storage'])).toContain('--enable-feature=exemplar-storage');
  expect(nodes()).not.toContain('flags');
});
