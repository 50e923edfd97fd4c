import { once } from 'node:events';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import type { AlertGate } from '../../../agent/alerts/alert-gate';
import { CarriedAlerts } from '../../../agent/alerts/carried-alerts';
import { UnsentAlerts } from '../../../agent/alerts/unsent-alerts';
import { serveApi } from '../../../agent/status/http-api';
import { PORTS } from '../../../lib/contract/ports';
import { POSTED_ALERTS, type PostedAlert } from '../../../lib/contract/documents/alerts';
import { activeAlerts } from '../../../lib/shell/alertmanager/client';
import { readHeldAlerts } from '../../../lib/shell/probes/agent-api';
import { eventually } from '../agent/agent-tools';
import { gateWith } from '../../unit/agent/alerts/a-gate';

/** Thousands of alerts at once. Figures of an idle machine are in docs/decisions/0043-thousands-of-alerts-take-turns.md. */
const MANY = 20_000;
const RESEND_MS = 60_000;
const HOST = '127.31.10.1';
const now = Date.now();
const iso = (ms: number): string => new Date(ms).toISOString();
const alertOf = (n: number): PostedAlert => ({
  labels: {
    alertname: 'InstanceDown',
    instance: `10.0.${n >> 8}.${n & 255}:9100`,
    job: 'node',
    n: `${n}`,
    severity: 'page',
  },
  annotations: {
    summary: `Instance ${n} is down`,
    description: 'It has not answered for five minutes: look at the machine, and at the network in between.',
  },
  startsAt: iso(now - 60_000),
  endsAt: iso(now + 4 * RESEND_MS),
  generatorURL: 'http://prometheus.example.com/graph?g0.expr=up+%3D%3D+0&g0.tab=1',
});
const alerts = Array.from({ length: MANY }, (_, n) => alertOf(n));
const counts = new Int32Array(new SharedArrayBuffer(8));
const gates: AlertGate[] = [];
let standIns: Worker;
let addresses: string[];
let api: Server;
/** How long the same takes in one go, ms. */
let inOneGo: number;

const gateOf = (posted: readonly PostedAlert[]): AlertGate => {
  const gate = gateWith({ alertLifeMs: 4 * RESEND_MS });
  gates.push(gate);
  gate.accept(posted);
  gate.setAlertmanagers(addresses);
  return gate;
};

/** The shortest of three: what else this machine does is no stop of ours. Returns the longest time for which nothing else ran meanwhile, ms. */
async function longestStop(work: () => Promise<unknown>): Promise<number> {
  const stops: number[] = [];
  for (let i = 0; i < 3; i += 1) {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await work();
    await new Promise((resolve) => setTimeout(resolve, 20));
    delay.disable();
    stops.push(delay.max / 1e6);
  }
  return Math.min(...stops);
}

beforeAll(async () => {
  standIns = new Worker(join(__dirname, 'stand-ins.cjs'), { workerData: counts.buffer });
  [addresses] = (await once(standIns, 'message')) as [string[]];
  const taken = alerts.map((alert) => ({ ...alert, updatedAt: alert.startsAt, fingerprint: '0123456789abcdef' }));
  standIns.postMessage(JSON.stringify(taken));
  await once(standIns, 'message');
  const text = JSON.stringify(taken);
  const times = [1, 2, 3].map(() => {
    const begun = performance.now();
    POSTED_ALERTS.parse(text, 'here');
    return performance.now() - begun;
  });
  inOneGo = Math.min(...times);
});

afterAll(async () => {
  for (const gate of gates) gate.stop();
  api.close();
  await standIns.terminate();
});

test('a gate that opens sends them to both Alertmanagers, and each takes no longer than one of few', async () => {
  const opened = async (many: number): Promise<number> => {
    counts.fill(0);
    const gate = gateOf(alerts.slice(0, many));
    const begun = performance.now();
    gate.setOpen(true, 'test');
    await eventually('both have all', () => counts.every((count) => count >= many), 30_000);
    gate.setOpen(false, 'test');
    return (performance.now() - begun) / many;
  };
  const shortest = async (many: number): Promise<number> =>
    Math.min(await opened(many), await opened(many), await opened(many));
  // Ten, if each looked at all others.
  expect((await shortest(MANY)) / (await shortest(2_000))).toBeLessThan(5);
});

test('who looks what Alertmanagers have of them does other things in between', async () => {
  const alertsOf = (address: string) => activeAlerts(`http://${address}`, 30_000);
  const closed = gateOf(alerts);
  const targetsUp = async (): Promise<number> => 1;
  const common = { resendDelayMs: RESEND_MS, startedAt: () => now - 200_000, alertsOf, now: () => now, log: () => {} };
  let asked = 0;
  const unsent = (): UnsentAlerts =>
    new UnsentAlerts({
      ...common,
      gate: closed,
      active: () => '10.0.0.1',
      own: () => ({ healthy: true, paused: false, storeReadAt: now, configHash: 'a', discovered: true }),
      askForRead: () => {},
      ownTargetsUp: targetsUp,
      targetsUpOf: targetsUp,
      statusOf: async () => Promise.reject(new Error('no answer')),
      heldBy: async () => [],
      alertsOf: (address) => ((asked += 1), alertsOf(address)),
    });
  expect(await longestStop(() => unsent().round())).toBeLessThan(inOneGo);
  expect(asked).toBe(6);

  const open = gateOf([]);
  open.setOpen(true, 'test');
  const rules = async () => [
    { name: 'InstanceDown', labels: {}, keepFiringForMs: 600_000, evaluated: true, alerts: [] },
  ];
  const carried = new CarriedAlerts({ ...common, gate: open, alertLifeMs: 4 * RESEND_MS, startedAt: Date.now, rules });
  await carried.round();
  expect(open.carried.size).toBe(MANY);
  // Asked again at once it would be asked all the time.
  const before = performance.now();
  await carried.round();
  expect(performance.now() - before).toBeLessThan(inOneGo);
});

test('who tells a peer what it holds, and who hears it, does other things in between', async () => {
  const held = [...gateOf(alerts).state.held.values()];
  const notAsked = (): never => {
    throw new Error('not asked');
  };
  api = await serveApi({ status: notAsked, hear: notAsked, counters: notAsked, held: () => held }, HOST, PORTS.agent);
  const stop = await longestStop(async () => {
    const gate = gateWith();
    gate.setOpen(true, 'test');
    await readHeldAlerts(HOST, AbortSignal.timeout(30_000), (some) => gate.merge(some));
    expect(gate.state.held.size).toBe(MANY);
  });
  expect(stop).toBeLessThan(inOneGo);
});
