import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AlertGate } from '../../../agent/alerts/alert-gate';
import { postAlerts } from '../../../agent/alerts/alertmanager';
import { CarriedAlerts } from '../../../agent/alerts/carried-alerts';
import { listedBy, ruleStates } from '../../../agent/parts/alerting';
import { Prometheus } from '../../../lib/shell/prometheus/client';
import { resolveTools } from '../../../local/tools';
import { eventually } from '../agent/agent-tools';
import { gateWith } from '../../unit/agent/alerts/a-gate';
import { Alertmanagers } from './alertmanagers';

/**
 * A node takes over whose Prometheus was started on an empty volume: what the one before it told a real Alertmanager to fire is
 * pending here, or not known at all.
 */
const RESEND_MS = 2_000;
const LIFE_MS = 4 * RESEND_MS;
const PENDS_S = 25;
const KEPT_S = 20;
const dir = mkdtempSync(join(tmpdir(), 'promha-carried-'));
const alertmanagers = new Alertmanagers(500, 1_000);
let prometheus: ChildProcess;
let gate: AlertGate;
let api: string;
let looks: NodeJS.Timeout;
let startedAt: number;

beforeAll(async () => {
  await alertmanagers.prepare();
  api = alertmanagers.start('127.31.8.1', []);
  const tools = await resolveTools(['prometheus']);
  startedAt = Date.now();
  const until = startedAt / 1_000 + PENDS_S;
  const rules = [
    // JSON is YAML.
    { alert: 'Pends', expr: `vector(time()) < ${until}`, for: '1h', labels: { severity: 'page' } },
    { alert: 'Kept', expr: 'vector(0) > 1', keep_firing_for: `${KEPT_S}s` },
    { alert: 'Over', expr: 'vector(0) > 1' },
  ];
  writeFileSync(join(dir, 'rules.yml'), JSON.stringify({ groups: [{ name: 'a', interval: '1s', rules }] }));
  writeFileSync(join(dir, 'prometheus.yml'), JSON.stringify({ rule_files: ['rules.yml'] }));
  const args = [
    `--config.file=${dir}/prometheus.yml`,
    `--storage.tsdb.path=${dir}/data`,
    '--web.listen-address=127.31.8.1:9090',
  ];
  prometheus = spawn(tools.prometheus.path, args, {
    stdio: 'ignore',
    env: { ...process.env, ...tools.prometheus.env },
  });
  await alertmanagers.settled([api]);
  gate = gateWith({ alertLifeMs: LIFE_MS });
  gate.setAlertmanagers([api]);
  const own = new Prometheus('http://127.31.8.1:9090', { timeoutMs: 2_000 });
  await eventually('Prometheus has evaluated its rules', async () =>
    (await ruleStates(own)).every(({ evaluated }) => evaluated),
  );
  const carried = new CarriedAlerts({
    gate,
    resendDelayMs: RESEND_MS,
    alertLifeMs: LIFE_MS,
    // Long enough ago that what it says counts.
    startedAt: () => startedAt - 600_000,
    alertsOf: listedBy(gate),
    rules: () => ruleStates(own),
    now: Date.now,
    log: () => {},
  });
  looks = setInterval(() => void carried.round(), 500);
}, 60_000);

afterAll(async () => {
  clearInterval(looks);
  gate.stop();
  const ended = new Promise((resolve) => prometheus.once('exit', resolve));
  prometheus.kill('SIGKILL');
  await ended;
  await alertmanagers.stop();
  rmSync(dir, { recursive: true });
});

test('what pends here or is kept firing goes on firing, what no rule knows of runs out', async () => {
  const postedAt = Date.now();
  const labels = { cluster: 'trading', region: 'eu-west-1' };
  const endsAt = new Date(postedAt + LIFE_MS).toISOString();
  const alert = (alertname: string, more = {}) => ({ labels: { alertname, ...labels, ...more }, endsAt });
  await postAlerts(api, [alert('Pends', { severity: 'page' }), alert('Kept'), alert('Over')]);
  gate.setOpen(true, 'test');
  const resolvedAfter = async (name: string): Promise<number> => {
    await eventually(`${name} is told as resolved`, () => alertmanagers.told(name).length === 2, 60_000);
    expect(alertmanagers.told(name)).toEqual(['firing', 'resolved']);
    return (Date.now() - postedAt) / 1_000;
  };
  const [over, kept, pends] = await Promise.all(['Over', 'Kept', 'Pends'].map(resolvedAfter));
  expect(over).toBeLessThan(KEPT_S);
  expect(kept).toBeGreaterThanOrEqual(KEPT_S);
  expect(pends).toBeGreaterThanOrEqual((startedAt - postedAt) / 1_000 + PENDS_S);
  expect(gate.carried.size).toBe(0);
}, 90_000);
