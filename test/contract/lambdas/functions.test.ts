import { setTimeout as sleep } from 'node:timers/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Assignment } from '../../../lib/contract/documents/assignment';
import { DEFAULT_POLICY } from '../../../lib/contract/documents/policy';
import { ENV } from '../../../lib/contract/environment';
import { PORTS } from '../../../lib/contract/ports';
import { promoted } from '../../../lib/core/failover/promoted';
import type { FunctionRunner } from '../../../local/run/functions/function';
import { anAgentStatus, anAnnouncement } from '../../fixtures/builders';
import { FunctionLab } from './function-lab';

/** The bundled functions in their own processes, S3 by the emulator, nodes that answer as we say. */
const ADDRESSES: Record<string, string> = { 'node-1': '127.78.0.1', 'node-2': '127.78.0.2' };
const NODES = Object.keys(ADDRESSES);
const POLICY = {
  ...DEFAULT_POLICY,
  probe: { ...DEFAULT_POLICY.probe, intervalMs: 300, timeoutMs: 200 },
  verifyTimeoutMs: 150,
  // Twenty callers share one emulator with whatever else this machine does.
  storeTimeoutMs: 8_000,
  heartbeatMs: 1_000,
};

let lab: FunctionLab;
const entries: Record<string, string> = {};
const isHealthy: Record<string, boolean> = {};
const gateOpen: Record<string, boolean> = {};
/** What a node says of its volume. */
const trouble: Record<string, string | undefined> = {};
const VOLUME = {
  id: 'v',
  generation: 1,
  since: null,
  because: null,
  freeBytes: 1,
  totalBytes: 1,
  doing: null,
  freed: [],
};

function serveNode(node: string): void {
  const answer = (port: number, body: () => string): void => {
    const server = createServer((_, response) => {
      // A node that does not work accepts and is silent, as a hung process is.
      if (isHealthy[node]) response.end(body());
    });
    lab.serve(server).listen(port, ADDRESSES[node]);
  };
  answer(PORTS.prometheus, () => JSON.stringify({ data: { result: [{ metric: {}, value: [0, '0.4'] }] } }));
  answer(PORTS.agent, () =>
    JSON.stringify({
      ...anAgentStatus(node),
      gate: { ...anAgentStatus(node).gate, open: gateOpen[node] },
      ...(trouble[node] !== undefined && { volume: { ...VOLUME, trouble: trouble[node] } }),
      ...(node === 'node-2' && {
        watchdog: { receivedAt: null, evaluatedAt: new Date(Date.now() - 7_000).toISOString() },
      }),
    }),
  );
}

function runner(name: string, lines: string[] = [], environment: Record<string, string> = {}): FunctionRunner {
  entries[name] ??= lab.build(name);
  const onLine = (line: string): void => void lines.push(line);
  return lab.deploy({ name, entry: entries[name], policy: POLICY, environment, onLine });
}

const store = (): ReturnType<FunctionLab['store']> => lab.store();

/** A fresh assignment of node-1, with both nodes announced. */
async function begin(): Promise<Assignment> {
  const current = await store().readAssignment();
  const next = {
    ...promoted(
      current?.assignment ?? null,
      { active: 'node-1', reason: 'test', by: 'operator', appliedEpoch: 0 },
      Date.now(),
      0,
    ),
    promotions: [],
    // A test before may have paused.
    paused: null,
  };
  expect(await store().writeAssignment(next, current?.etag ?? null)).toBe('written');
  for (const node of NODES) {
    isHealthy[node] = true;
    gateOpen[node] = node === 'node-1';
    await store().writeAnnouncement(anAnnouncement(node, { address: ADDRESSES[node]! }));
  }
  return next;
}

beforeAll(async () => {
  lab = await FunctionLab.start();
  for (const node of NODES) serveNode(node);
});

afterAll(() => lab?.stop());

describe('promote-alerting', () => {
  test('does nothing for a healthy active node, and says why', async () => {
    const before = await begin();
    const f = runner('promote-alerting');
    const { ok, value } = await f.invoke({ source: 'operator' });
    await f.halt();
    expect(ok).toBe(true);
    expect(value).toMatchObject({ acted: false, because: expect.stringContaining('node-1 alerts and answers') });
    expect((await store().readAssignment())!.assignment.epoch).toBe(before.epoch);
  });

  test('twenty calls at once, for a node that hangs, write one epoch', async () => {
    const before = await begin();
    isHealthy['node-1'] = false;
    const alarm = { source: 'aws.cloudwatch', alarmData: { alarmName: 'x', state: { value: 'ALARM' } } };
    const runners = [1, 2, 3, 4].map(() => runner('promote-alerting'));
    // 20 events over 4 warm processes would queue: what has to race is the reading and writing, five at a time each.
    const results = await Promise.all(runners.flatMap((f) => [1, 2, 3, 4, 5].map(() => f.invoke(alarm))));
    await Promise.all(runners.map((f) => f.halt()));
    expect(results.map((r) => r.error)).toEqual(Array(20).fill(undefined));
    const { assignment } = (await store().readAssignment())!;
    expect(assignment).toMatchObject({ epoch: before.epoch + 1, active: 'node-2', by: 'alarm' });
    expect(results.filter((r) => (r.value as { acted: boolean }).acted)).toHaveLength(1);
  });

  test('never promotes a node that does not answer', async () => {
    const before = await begin();
    isHealthy['node-1'] = isHealthy['node-2'] = false;
    const f = runner('promote-alerting');
    const { value } = await f.invoke({ source: 'operator' });
    await f.halt();
    expect(value).toMatchObject({ acted: false, because: expect.stringContaining('no other node can take over') });
    expect((await store().readAssignment())!.assignment.epoch).toBe(before.epoch);
  });

  test('ignores an alarm that went back to OK and refuses an event that nobody sends', async () => {
    const f = runner('promote-alerting');
    const okay = await f.invoke({ source: 'aws.cloudwatch', alarmData: { alarmName: 'x', state: { value: 'OK' } } });
    const strange = await f.invoke({ hello: 1 });
    await f.halt();
    expect(okay.value).toMatchObject({ acted: false, because: 'x is OK: nothing to do.' });
    expect(strange).toMatchObject({ ok: false, error: expect.stringContaining('does not know') });
  });
});

describe('health-check', () => {
  test('hands the configuration on, keeps the heartbeat and promotes at the third miss', async () => {
    const before = await begin();
    const lines: string[] = [];
    const f = runner('health-check', lines);
    const pointer = { version: 1, bucket: 'assets', key: 'bundle.json', hash: 'abc1'.repeat(16) } as const;
    const loop = f.invoke({ source: 'schedule', config: pointer });
    const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
      for (const end = Date.now() + 15_000; !(await holds());)
        if (Date.now() > end) throw new Error(`${what}: ${lines.join('\n')}`);
        else await sleep(50);
    };
    await until('pointer', async () => (await store().readConfigPointer())?.pointer.hash === pointer.hash);
    await until('heartbeat', async () => (await store().readHeartbeat()) !== null);
    isHealthy['node-1'] = false;
    await until('promotion', async () => (await store().readAssignment())!.assignment.active === 'node-2');
    const { assignment } = (await store().readAssignment())!;
    expect(assignment).toMatchObject({ epoch: before.epoch + 1, by: 'health-check' });
    // It is published when all nodes were told.
    await until('a metric of it', async () => lines.some((l) => l.includes('"ActiveNodeHealthy":0')));
    await f.halt();
    await loop;
    const misses = lines
      .map((l) => JSON.parse(l) as { at: string; event?: string; node?: string; consecutiveFailures?: number })
      .filter((l) => l.event === 'probe-missed' && l.node === 'node-1');
    // At the third and not before; more may come while the nodes are told.
    const enough = misses.findIndex((miss) => miss.consecutiveFailures === POLICY.probe.fall);
    expect(misses.slice(0, enough + 1).map((miss) => miss.consecutiveFailures)).toEqual([1, 2, 3]);
    expect(Date.parse(assignment.since)).toBeGreaterThanOrEqual(Date.parse(misses[enough]!.at));
    const healthy = lines.filter((l) => l.includes('"ActiveNodeHealthy":1'));
    const unhealthy = lines.filter((l) => l.includes('"ActiveNodeHealthy":0'));
    const ages = lines.flatMap((l) => (JSON.parse(l) as { WatchdogAgeSeconds?: number }).WatchdogAgeSeconds ?? []);
    expect(ages[0]).toBeGreaterThanOrEqual(7);
    expect(ages[0]).toBeLessThan(9);
    expect(healthy.length).toBeGreaterThan(0);
    expect(unhealthy.length).toBeGreaterThan(0);
    // Published while there is one only.
    expect(lines.filter((l) => l.includes('"Paused"'))).toEqual([]);
  });

  test('does nothing during a pause, and measures that there is one', async () => {
    const before = await begin();
    const paused = { by: 'op', since: new Date().toISOString(), reason: 'disks' };
    const { etag } = (await store().readAssignment())!;
    await store().writeAssignment({ ...before, epoch: before.epoch + 1, paused }, etag);
    isHealthy['node-1'] = false;
    const lines: string[] = [];
    const f = runner('health-check', lines);
    const loop = f.invoke({ source: 'schedule' });
    for (const end = Date.now() + 15_000; !lines.some((l) => l.includes('Paused by op')) && Date.now() < end;)
      await new Promise((resolve) => setTimeout(resolve, 100));
    await f.halt();
    await loop;
    expect(lines.some((l) => l.includes('"event":"not-promoted"') && l.includes('Paused by op'))).toBe(true);
    expect(lines.some((l) => l.includes('"Paused":1'))).toBe(true);
    expect((await store().readAssignment())!.assignment).toMatchObject({ epoch: before.epoch + 1, active: 'node-1' });
  });

  test.each([
    ['takes calls', true],
    ['hangs', false],
  ])('a volume is gone, and Lambda %s: restore-snapshot is called, and the probes go on', async (_, takes) => {
    await begin();
    const called: string[] = [];
    const lambda = createServer((request, response) => {
      called.push(request.url!);
      if (takes) response.writeHead(202).end();
    });
    await new Promise<void>((listening) => lab.serve(lambda).listen(0, '127.0.0.1', () => listening()));
    const limits = { scrapeTime: 1, samplesPerSecond: 1, memoryMiB: 1, walMiBPerMinute: 1, evaluationTime: 1 };
    const lines: string[] = [];
    const f = runner('health-check', lines, {
      AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${(lambda.address() as AddressInfo).port}`,
      [ENV.workers]: JSON.stringify(['restore-snapshot']),
      [ENV.load]: JSON.stringify({ policy: { limits, sustainedForMs: 1, recoverAfterMs: 1 }, scrapeInterval: '1s' }),
    });
    trouble['node-2'] = 'gone';
    const { ok, value } = await f.invoke({ source: 'schedule' });
    trouble['node-2'] = undefined;
    await f.halt();
    expect(called[0]).toBe('/2015-03-31/functions/test-restore-snapshot/invocations');
    const told = lines.map((l) => JSON.parse(l) as { event?: string; worker?: string });
    const event = takes ? 'worker-called' : 'worker-not-called';
    expect(told.find((l) => l.event === event)).toMatchObject({ worker: 'restore-snapshot' });
    // A loop of 12 s: a call that was waited for would have cost a quarter of them.
    expect([ok, (value as { cycles: number }).cycles]).toEqual([true, expect.any(Number)]);
    expect((value as { cycles: number }).cycles).toBeGreaterThan(32);
  });
});
