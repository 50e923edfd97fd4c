import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfigBundle } from '../../../lib/contract/documents/config';
import { TestCluster, type TestNode } from './agent-cluster';
import { eventually } from './agent-tools';

jest.setTimeout(90_000);

const rule = (name: string, expr: string, wait = '0s'): string =>
  `      - alert: ${name}\n        expr: ${expr}\n        for: ${wait}\n`;
const bundle = (pagerUrl: string, rules: string): ConfigBundle => ({
  version: 1,
  global: { scrapeInterval: '1s', evaluationInterval: '1s' },
  externalLabels: { team: 'trading' },
  rules: { 'test.yml': `groups:\n  - name: test\n    rules:\n${rules}` },
  targets: { emulator: `- targets: ['${new URL(pagerUrl).host}']\n` },
  alertmanager:
    'route: { receiver: pager, group_by: [alertname], group_wait: 1s, group_interval: 3s, repeat_interval: 4h }\n' +
    `receivers: [{ name: pager, webhook_configs: [{ url: '${pagerUrl}', send_resolved: true }] }]\n`,
  remedies: [{ name: 'second', alert: 'Second' }],
});

describe('two agents with real Prometheus and Alertmanager', () => {
  const cluster = new TestCluster('127.88.4');
  let one: TestNode;
  let two: TestNode;
  const pagesOf = (alert: string, status: string): number =>
    cluster.pages.filter((page) => page.status === status && page.alerts.some((a) => a.labels.alertname === alert))
      .length;
  /** When the watchdog was evaluated that last came back to any node. */
  const youngest = (): Promise<number> =>
    eventually('a watchdog', async () => {
      const statuses = await Promise.all([one.status(), two.status()]);
      return Math.max(...statuses.map(({ watchdog }) => Date.parse(watchdog!.evaluatedAt ?? '') || 0));
    });
  const isOpen = (node: TestNode): Promise<unknown> =>
    eventually(`${node.name}'s gate opens`, async () => (await node.status()).gate.open);
  const saw = (node: TestNode, event: string, since = 0): Promise<unknown> =>
    eventually(`${node.name} logs ${event}`, () => node.lines.slice(since).find((line) => line.event === event));

  beforeAll(async () => {
    await cluster.start((pagerUrl) => bundle(pagerUrl, rule('Always', 'vector(1)')));
    [one, two] = cluster.nodes as [TestNode, TestNode];
  });

  afterAll(async () => {
    await cluster.stop();
    if (process.env.PROMHA_TEST_VERBOSE) for (const node of cluster.nodes) process.stderr.write(`${node.log()}\n`);
  });

  it('comes up, alerts from the assigned node only, and drops the replica label', async () => {
    await Promise.all([cluster.isHealthy(one), cluster.isHealthy(two)]);
    await cluster.assign('node-1', 1);
    await isOpen(one);
    await eventually('the page', () => pagesOf('Always', 'firing') === 1);
    expect((await two.status()).gate).toMatchObject({ open: false, sent: 0 });
    expect(cluster.pages[0]!.alerts[0]!.labels).toEqual({
      alertname: 'Always',
      cluster: 'test',
      team: 'trading',
    });
  });

  it("sends its dead man's switch the whole way round, to its own webhook and to no pager", async () => {
    const evaluatedAt = await youngest();
    await eventually('a younger one', async () => (await youngest()) > evaluatedAt);
    expect(pagesOf('Watchdog', 'firing')).toBe(0);
    const answer = await fetch(`http://${one.address}:9098/v1/watchdog`, { method: 'POST', body: '{"alerts":[]}' });
    expect(answer.status).toBe(401);
  });

  it('replays what the standby held as soon as it is promoted, without a second page', async () => {
    await eventually('the standby holds the alert', async () => (await two.status()).gate.held === 2);
    await cluster.assign('node-2', 2);
    const { gate } = await eventually('a replay', async () => {
      const status = await two.status();
      return status.gate.firstAcceptedAt !== null && status;
    });
    expect(Date.parse(gate.firstAcceptedAt!) - Date.parse(gate.openedAt!)).toBeLessThan(500);
    await eventually('the old gate closes', async () => !(await one.status()).gate.open);
    expect(pagesOf('Always', 'firing')).toBe(1);
  });

  it('refuses an older epoch, and writes the lost assignment anew', async () => {
    await cluster.assign('node-1', 1);
    // Whichever node polls first writes it anew, so that the other may never see the older one.
    await eventually('a refusal', () =>
      [one, two].some((node) => node.lines.some((line) => line.event === 'older-epoch-refused')),
    );
    expect((await two.status()).gate.open).toBe(true);
    await eventually('epoch 3', async () => (await one.status()).appliedEpoch === 3);
    expect((await cluster.store.readAssignment())!.assignment).toMatchObject({ epoch: 3, active: 'node-2' });
    expect(one.lines.filter((line) => line.event === 'gate-opened')).toHaveLength(1);
  });

  it('keeps its configuration when promtool rejects the next one', async () => {
    const before = (await two.status()).config.hash;
    await cluster.publish(bundle(cluster.pagerUrl, rule('Broken', 'sum(((')));
    const { config } = await eventually('a rejection', async () => {
      const status = await one.status();
      return status.config.error !== null && status;
    });
    expect(config.hash).toBe(before);
    expect(config.error).toMatch(/promtool: .*(parse|unclosed)/);
    const rules = await (await fetch(`http://${one.address}:9090/api/v1/rules`)).text();
    expect(rules).toContain('"Always"');
  });

  it('loads a good one, the standby first', async () => {
    const hash = await cluster.publish(
      bundle(cluster.pagerUrl, rule('Always', 'vector(1)') + rule('Second', 'vector(1)')),
    );
    const running = async (node: TestNode): Promise<unknown> => (await node.status()).config.hash === hash;
    await eventually('the standby runs it', () => running(one));
    expect(await running(two)).toBe(false);
    await eventually('the alerting node runs it', () => running(two), 40_000);
    const rules = await (await fetch(`http://${two.address}:9090/api/v1/rules`)).text();
    expect(rules).toContain('live/rules/test.yml');
    await eventually('the page of the new rule', () => pagesOf('Second', 'firing') === 1);
    // Beside the page, whichever node's Alertmanager told it.
    await eventually('the call of its remedy', () => cluster.calls.length > 0);
    expect(cluster.calls[0]).toEqual({
      name: 'test-reconnect-redis',
      event: { source: 'agent', remedy: 'second', node: expect.stringMatching(/^node-[12]$/) },
    });
  });

  it('finds its role and its processes again after a crash of the agent', async () => {
    const before = { prometheus: two.pidOf('prometheus'), alertmanager: two.pidOf('alertmanager') };
    await two.kill('SIGKILL');
    const since = two.lines.length;
    two.start();
    await saw(two, 'gate-opened', since);
    const status = await two.status();
    expect(status.prometheus.pid).toBe(before.prometheus);
    expect(status.alertmanager.pid).toBe(before.alertmanager);
    await eventually('alerts flow again', async () => (await two.status()).gate.held === 3);
    await eventually('they are accepted', async () => (await two.status()).gate.sent >= 3);
  });

  it('leaves Prometheus running on SIGTERM and sets a corrupted assignment aside', async () => {
    const pid = one.pidOf('prometheus');
    await one.kill('SIGTERM');
    expect(existsSync(`/proc/${pid}`)).toBe(true);
    const file = join(one.dir, 'state', 'assignment.json');
    writeFileSync(file, '{"version": 1, "epo');
    const since = one.lines.length;
    one.start();
    await saw(one, 'state-corrupted', since);
    expect(existsSync(`${file}.corrupted`)).toBe(true);
    await eventually('it is a standby again', async () => (await one.status()).role === 'standby');
    expect((await one.status()).prometheus.pid).toBe(pid);
  });

  it('hands over at once when its Prometheus exits', async () => {
    await eventually('the standby is primed', async () => (await one.status()).gate.primed, 40_000);
    const killedAt = Date.now();
    process.kill(two.pidOf('prometheus'), 'SIGKILL');
    const { gate } = await eventually('the hand-over', async () => {
      const status = await one.status();
      return status.gate.open && status.gate.firstAcceptedAt !== null && status;
    });
    expect(Date.parse(gate.firstAcceptedAt!) - killedAt).toBeLessThan(4_000);
    const assignment = (await cluster.store.readAssignment())!.assignment;
    expect(assignment).toMatchObject({ epoch: 4, active: 'node-1', by: 'agent' });
    await eventually('its Prometheus is back', async () => (await two.status()).prometheus.restarts === 1);
  });

  it('says whether it has caught up, and hands over before an orderly end', async () => {
    const caughtUp = (node: TestNode): Promise<Response> => fetch(`http://${node.address}:9099/-/caught-up`);
    await eventually('the standby has caught up', async () => (await caughtUp(two)).ok, 40_000);
    await one.kill('SIGTERM');
    // Its agent ended only when the other one alerted.
    expect((await two.status()).gate.open).toBe(true);
    const assignment = (await cluster.store.readAssignment())!.assignment;
    expect(assignment).toMatchObject({ epoch: 5, active: 'node-2' });
    expect(assignment.reason).toContain('node-1 is shutting down');
    one.start();
    const early = await eventually('an answer', () => caughtUp(one));
    expect([early.status, await early.text()]).toEqual([503, expect.stringMatching(/not scraping yet|has not heard/)]);
    await eventually('it is a primed standby', async () => (await caughtUp(one)).ok, 40_000);
    await cluster.assign('node-1', 6);
    await isOpen(one);
    await eventually('the other gate closes', async () => !(await two.status()).gate.open);
  });

  it('alerts without an assignment when S3 and the alerting node are gone', async () => {
    await eventually('the standby is primed', async () => (await two.status()).gate.primed, 40_000);
    cluster.stopStore();
    await one.kill('SIGKILL');
    const goneAt = Date.now();
    const { because, since } = await eventually('break glass', async () => (await two.status()).breakGlass, 40_000);
    expect(because).toMatch(/^BREAK GLASS: node-1 does not alert and the control bucket has failed/);
    expect(Date.parse(since) - goneAt).toBeLessThan(30_000);
    await eventually('a replay', async () => (await two.status()).gate.firstAcceptedAt);
  });

  it('was kept from no answer by a mistake of its own', () => {
    const lines = [one, two].flatMap((node) => node.lines);
    const ours = lines.filter(({ error }) => /^(Range|Type|Reference)Error/.test(String(error)));
    expect(ours).toEqual([]);
  });

  it('has paged once for each alert through all of this', () => {
    expect([pagesOf('Always', 'firing'), pagesOf('Second', 'firing')]).toEqual([1, 1]);
    expect(cluster.pages.filter((page) => page.status === 'resolved')).toEqual([]);
  });
});
