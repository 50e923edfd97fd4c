import type { ConfigBundle } from '../../../lib/contract/documents/config';
import { TestCluster, type TestNode } from './agent-cluster';
import { eventually } from './agent-tools';

jest.setTimeout(120_000);

const bundle = (pagerUrl: string, more: Partial<ConfigBundle> = {}): ConfigBundle => ({
  version: 1,
  global: { scrapeInterval: '1s', evaluationInterval: '1s' },
  externalLabels: {},
  rules: { 'test.yml': 'groups: [{ name: test, rules: [{ alert: Always, expr: vector(1) }] }]\n' },
  targets: { emulator: `- targets: ['${new URL(pagerUrl).host}']\n` },
  alertmanager:
    'route: { receiver: pager, group_by: [alertname], group_wait: 1s, group_interval: 3s, repeat_interval: 4h }\n' +
    `receivers: [{ name: pager, webhook_configs: [{ url: '${pagerUrl}', send_resolved: true }] }]\n`,
  ...more,
});

/** promtool takes it, and Prometheus panics when it makes the queue. */
const PANICS =
  'remote_write: [{ url: "http://127.0.0.1:1/", queue_config: { capacity: 9223372036854775807, max_samples_per_send: 1 } }]\n';

describe('a configuration that Prometheus dies of', () => {
  const cluster = new TestCluster('127.88.14');
  let one: TestNode;
  let two: TestNode;
  let good: string;

  beforeAll(async () => {
    await cluster.start((pagerUrl) => bundle(pagerUrl));
    [one, two] = cluster.nodes as [TestNode, TestNode];
    await Promise.all([cluster.isHealthy(one), cluster.isHealthy(two)]);
    await cluster.assign('node-1', 1);
    await eventually('its gate opens', async () => (await one.status()).gate.open);
    good = (await one.status()).config.hash!;
  });
  afterAll(async () => {
    await cluster.stop();
    if (process.env.PROMHA_TEST_VERBOSE) for (const node of cluster.nodes) process.stderr.write(`${node.log()}\n`);
  });

  it('is given up by the standby, and the node that alerts never loads it', async () => {
    const { pid } = (await one.status()).prometheus;
    const bad = await cluster.publish(bundle(cluster.pagerUrl, { prometheus: PANICS }));
    const refused = await eventually('it is refused', async () => (await two.status()).config.refused, 60_000);
    expect(refused).toEqual({ hash: bad, because: 'prometheus: the program ended of it' });
    await eventually('the standby is well again', async () => (await two.status()).gate.primed, 60_000);
    const [active, standby] = await Promise.all([one.status(), two.status()]);
    expect([active.config.hash, standby.config.hash]).toEqual([good, good]);
    expect(active.config.doing).toBe(`it waits until a standby has been well with configuration ${bad.slice(0, 8)}`);
    expect(one.lines.filter(({ event, hash }) => event === 'config-loaded' && hash === bad)).toEqual([]);
    expect(active.prometheus.pid).toBe(pid);
  });

  it('and the next one is tried by the standby, then by the other', async () => {
    const next = await cluster.publish(bundle(cluster.pagerUrl, { externalLabels: { team: 'trading' } }));
    await eventually('the standby tries it', async () => (await two.status()).config.hash === next, 60_000);
    expect((await one.status()).config.hash).toBe(good);
    await eventually('the other one loads it', async () => (await one.status()).config.hash === next, 60_000);
    expect(two.lines.some(({ event }) => event === 'config-proved-itself')).toBe(true);
    expect((await one.status()).config).toMatchObject({ refused: null, error: null });
  });
});
