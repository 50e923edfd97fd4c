import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareSides } from '../../../lib/cli/move/compare';
import { Journal } from '../../../lib/cli/move/journal';
import { OldAlertmanager } from '../../../lib/cli/move/old';
import { compareSamples, renderSamples } from '../../../lib/cli/move/report';
import { abort, switchOver, type Switch } from '../../../lib/cli/move/switch';
import { Silences } from '../../../lib/cli/cluster/silences';
import { PORTS } from '../../../lib/contract/ports';
import { askSilences } from '../../../lib/shell/alertmanager/silences';
import { controlS3 } from '../../../lib/shell/assignment/store';
import { resolveTools } from '../../../local/tools';
import { TestCluster } from '../agent/agent-cluster';
import { eventually } from '../agent/agent-tools';
import { Alertmanagers } from '../alerts/alertmanagers';

jest.setTimeout(300_000);

/**
 * A real Prometheus with a real Alertmanager is replaced by two nodes while alerts fire, wait for their `for`, end, and are silenced;
 * the move is interrupted before each of its steps.
 */
const NETWORK = '127.88.13';
const OLD = '127.88.14.1';
const TARGET = `${NETWORK}.200:9500`;
const GROUP_INTERVAL_MS = 8_000;
const PENDS_S = 15;
const NAMES = ['Stays', 'Goes', 'Ends', 'Begins', 'Pends', 'Silenced'];
const RULES = JSON.stringify({
  groups: [
    {
      name: 'a',
      interval: '1s',
      rules: NAMES.map((alert) => ({
        alert,
        expr: `is_on{name="${alert}"} == 1`,
        ...(alert === 'Pends' ? { for: `${PENDS_S}s` } : {}),
      })),
    },
  ],
});

const dir = mkdtempSync(join(tmpdir(), 'promha-move-'));
const cluster = new TestCluster(NETWORK);
/** Whose groups have our label in their key, and whose have not. */
const ROUTES = `[{ matchers: ['alertname="Stays"'], group_by: ['...'] }, { matchers: ['alertname=~"Ends|x"'], group_by: [alertname, cluster] }]`;
const old = new Alertmanagers(1_000, GROUP_INTERVAL_MS, '', ROUTES);
const on = new Set(['Stays', 'Goes', 'Ends', 'Silenced']);
let target: Server;
let prometheus: ChildProcess;
let oldUrl: string;

const handle = { cluster: 'test', shard: 0, controlBucket: 'control' };
const newlyTold = (name: string): string[] =>
  cluster.pages.flatMap(({ alerts }) =>
    alerts.filter(({ labels }) => labels.alertname === name).map(({ status }) => status),
  );

beforeAll(async () => {
  target = createServer((_, response) => {
    response.setHeader('content-type', 'text/plain');
    response.end(NAMES.map((name) => `is_on{name="${name}"} ${on.has(name) ? 1 : 0}\n`).join(''));
  }).listen(9500, `${NETWORK}.200`);
  await old.prepare();
  oldUrl = `http://${old.start(OLD, [])}`;
  const { prometheus: tool } = await resolveTools(['prometheus']);
  writeFileSync(join(dir, 'rules.yml'), RULES);
  writeFileSync(
    join(dir, 'prometheus.yml'),
    JSON.stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: ['rules.yml'],
      scrape_configs: [{ job_name: 'app', static_configs: [{ targets: [TARGET] }] }],
      alerting: { alertmanagers: [{ static_configs: [{ targets: [`${OLD}:${PORTS.alertmanager}`] }] }] },
    }),
  );
  await old.settled([`${OLD}:${PORTS.alertmanager}`]);
  const silence = {
    matchers: [{ name: 'alertname', value: 'Silenced', isRegex: false }],
    startsAt: new Date().toISOString(),
    endsAt: new Date(Date.now() + 3_600_000).toISOString(),
    createdBy: 'kim',
    comment: 'known',
  };
  const headers = { 'content-type': 'application/json' };
  await fetch(`${oldUrl}/api/v2/silences`, { method: 'POST', headers, body: JSON.stringify(silence) });
  prometheus = spawn(
    tool.path,
    [
      `--config.file=${dir}/prometheus.yml`,
      `--storage.tsdb.path=${dir}/data`,
      `--web.listen-address=${OLD}:9090`,
      '--rules.alert.resend-delay=2s',
    ],
    { stdio: 'ignore', env: { ...process.env, ...tool.env } },
  );
  await cluster.start((pager) => ({
    version: 1,
    global: { scrapeInterval: '1s', evaluationInterval: '1s' },
    externalLabels: {},
    rules: { 'a.yml': RULES },
    targets: { app: `- targets: ["${TARGET}"]\n` },
    alertmanager:
      `route: { receiver: pager, group_by: [alertname], group_wait: 1s, group_interval: ${GROUP_INTERVAL_MS}ms, repeat_interval: 4h, routes: ${ROUTES} }\n` +
      `receivers: [{ name: pager, webhook_configs: [{ url: '${pager}', send_resolved: true }] }]\n`,
  }));
  await Promise.all(cluster.nodes.map((node) => cluster.isHealthy(node)));
});

afterAll(async () => {
  await cluster.stop();
  prometheus.kill('SIGKILL');
  await old.stop();
  target.closeAllConnections();
  target.close();
  rmSync(dir, { recursive: true, force: true });
  if (process.env.PROMHA_TEST_VERBOSE) for (const node of cluster.nodes) process.stderr.write(`${node.log()}\n`);
});

async function assignWithheld(): Promise<void> {
  const at = new Date().toISOString();
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const written = await cluster.store.writeAssignment(
    {
      version: 1,
      epoch: 1,
      active: 'node-1',
      reason: 'test',
      by: 'operator',
      since: at,
      at,
      promotions: [],
      paused: null,
      withheld: { by: 'test', since: at, reason: 'the old one tells', until },
      scrapeProfile: 'normal',
    },
    null,
  );
  expect(written).toBe('written');
}

const switchWith = (say: (line: string) => void): Switch => ({
  old: new OldAlertmanager(oldUrl, `${OLD}:${PORTS.alertmanagerCluster}`),
  oldUrl,
  handles: [handle],
  s3: controlS3(5_000),
  journal: new Journal(controlS3(5_000), handle),
  without: [],
  anyway: false,
  askSilences,
  by: 'kim',
  say,
});

test('nobody is told twice, nothing is missed, whatever interrupts it', async () => {
  await assignWithheld();
  await eventually(
    'the old one has told',
    () => ['Stays', 'Goes', 'Ends'].every((name) => old.told(name).length === 1),
    60_000,
  );
  const report = await eventually(
    'both say the same',
    async () => {
      const { report: seen } = await compareSides(oldUrl, [handle], controlS3(5_000), []);
      return seen.agrees && seen.isReady && seen;
    },
    60_000,
  );
  expect(report).toMatchObject({ same: 4, onlyOld: [], onlyNew: [], withheldUntil: expect.any(String) });
  expect((await cluster.nodes[0]!.status()).gate.withheld).toBe(4);
  expect(cluster.pages).toEqual([]);

  const begun = switchOver(
    switchWith((line) => {
      if (line.startsWith('waiting')) throw new Error('interrupted');
    }),
  );
  await expect(begun).rejects.toThrow('interrupted');
  const isSilent = async (): Promise<boolean> =>
    ((await (await fetch(`${oldUrl}/api/v2/alerts?silenced=false`)).json()) as unknown[]).length === 0;
  expect(await isSilent()).toBe(true);
  const given = { old: new OldAlertmanager(oldUrl, null), journal: new Journal(controlS3(5_000), handle) };
  expect(await abort(given)).toMatchObject({ silence: null, log: null, abortedAt: expect.any(String) });
  await eventually('the old one tells again', async () => !(await isSilent()));

  on.add('Pends');
  const seen = new Set<string>();
  let interruptions = 0;
  const interrupted = (line: string): void => {
    if (seen.has(line)) return;
    seen.add(line);
    // While nobody tells: one ends, one begins.
    if (line.startsWith('waiting')) {
      on.delete('Ends');
      on.add('Begins');
    }
    throw new Error('interrupted');
  };
  const move = await eventually(
    'the switch comes to its end',
    async () =>
      switchOver(switchWith(interrupted)).catch(async (error: Error) => {
        if (error.message !== 'interrupted') throw error;
        interruptions += 1;
        // The old one looks at its groups once more before its log is read.
        if (interruptions === 3) await new Promise((resolve) => setTimeout(resolve, GROUP_INTERVAL_MS + 2_000));
        return null;
      }),
    120_000,
  );
  expect(interruptions).toBe(5);
  // Those that the first one made are there.
  expect(move).toMatchObject({ silences: 0, log: { unknown: 0 }, toldAt: expect.any(String), abortedAt: null });
  // Once more it changes nothing.
  expect(await switchOver(switchWith(() => {}))).toEqual(move);

  await eventually('what is new is told here', () => ['Begins', 'Pends'].every((name) => newlyTold(name).length > 0));
  await eventually('the end is told here', () => newlyTold('Ends').length > 0);
  // Two turns of every group.
  await new Promise((resolve) => setTimeout(resolve, 2 * GROUP_INTERVAL_MS + 2_000));
  const told = Object.fromEntries(NAMES.map((name) => [name, [old.told(name), newlyTold(name)]]));
  expect(told).toEqual({
    Stays: [['firing'], []],
    Goes: [['firing'], []],
    Ends: [['firing'], ['resolved']],
    Begins: [[], ['firing']],
    Pends: [[], ['firing']],
    Silenced: [[], []],
  });
  const samples = await compareSamples(`http://${OLD}:9090`, [handle], controlS3(5_000), '30s');
  expect(samples).toMatchObject({ same: 1, onlyOld: [], onlyNew: [], fewer: [] });
  expect(renderSamples(samples)).toContain('1 targets alike');
  const urls = cluster.nodes.map(({ address }) => `http://${address}:${PORTS.alertmanager}`);
  const silences = await new Silences(urls, askSilences).list();
  expect(silences.map(({ createdBy, comment }) => [createdBy, comment])).toEqual([
    ['kim', expect.stringMatching(/^known \[imported /)],
  ]);
});
