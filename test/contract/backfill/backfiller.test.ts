import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Backfiller } from '../../../agent/backfill/backfiller';
import { fillsInThread } from '../../../agent/backfill/fill-thread';
import type { BackfillState } from '../../../lib/contract/documents/agent-files';
import { DEFAULT_POLICY } from '../../../lib/contract/documents/policy';
import { resolveTools } from '../../../local/tools';
import { buildAgent } from '../agent/agent-tools';
import { countSamples, push, startLab, type Lab, type Series } from '../tsdb/scrub-lab';
import { aProbe } from '../../fixtures/builders';

const CONFIG = 'storage: { tsdb: { out_of_order_time_window: 1d } }\n';
const MINUTE = 60_000;
const now = Math.floor(Date.now() / 1000) * 1000;
const ADDRESSES = new Map([
  ['node-1', '127.88.9.1'],
  ['node-2', '127.88.9.2'],
]);

let root: string;
let agent: string;
let own: Lab;
let peer: Lab;
const every = (from: number, to: number): Series[] =>
  ['up', 'm'].map((name) => ({
    labels: { __name__: name, job: 'x', instance: 'i' },
    samples: Array.from({ length: (to - from) / 1000 }, (_, i): [number, number] => [from + i * 1000, i]),
  }));

beforeAll(async () => {
  agent = buildAgent();
  const program = (await resolveTools(['prometheus'])).prometheus.path;
  root = mkdtempSync(join(tmpdir(), 'promha-backfiller-'));
  [own, peer] = (await Promise.all(
    [...ADDRESSES].map(([node, address]) => startLab(program, join(root, node), [], CONFIG, `${address}:9090`)),
  )) as [Lab, Lab];
  await Promise.all([own.ready(), peer.ready()]);
  await push(peer.url, every(now - 20 * MINUTE, now));
  // Away from the 15th to the 12th minute before now, and in the last half of one.
  await push(own.url, every(now - 20 * MINUTE, now - 15 * MINUTE));
  await push(own.url, every(now - 12 * MINUTE, now - MINUTE / 2));
  await push(own.url, every(now - 5_000, now));
}, 60_000);
afterAll(async () => {
  await Promise.all([own.stop('SIGKILL'), peer.stop('SIGKILL')]);
  rmSync(root, { recursive: true });
  rmSync(dirname(agent), { recursive: true });
});

let answering: readonly string[] = [...ADDRESSES.keys()];
const events: string[] = [];
const backfiller = (): Backfiller =>
  new Backfiller({
    filler: () => fillsInThread(agent),
    node: 'node-1',
    addresses: () => ADDRESSES,
    data: root,
    startedAt: () => new Date(now - 30_000).toISOString(),
    probes: { probeAll: async () => new Map(answering.map((node) => [node, aProbe(node)])) },
    policy: DEFAULT_POLICY,
    headMs: 3_600_000,
    log: (_, event) => void events.push(event),
  });
const stateFile = (): BackfillState =>
  JSON.parse(readFileSync(join(root, 'backfill', 'state.json'), 'utf8')) as BackfillState;

test('while no other node works it waits, says so, and takes nothing for whole', async () => {
  answering = ['node-1'];
  const waiting = backfiller();
  await waiting.round();
  expect(waiting.status).toMatchObject({ error: expect.stringContaining('no other node works'), completeUntil: null });
  answering = [...ADDRESSES.keys()];
});

test('all gaps are filled, the samples counted, and what is whole is written down', async () => {
  const all = backfiller();
  await all.round();
  // 180 and 25 of each series.
  expect(all.status).toMatchObject({ samples: 410, refused: 0, error: null, last: { samples: 410 } });
  expect(await countSamples(own.url, 'm', '25m')).toBe(1_200);
  expect(stateFile().completeUntil).toBeGreaterThan(now - 10_000);
  expect(events).toContain('backfilled');
});

test('a new agent goes on where the old one was, and finds nothing twice', async () => {
  const again = backfiller();
  await again.lostSamples();
  expect(stateFile()).toMatchObject({ thoroughUntil: expect.any(Number) });
  expect(stateFile().completeUntil).toBeLessThan(now - 3_000_000);
  await again.round();
  expect(again.status).toMatchObject({ samples: 0, last: null, error: null });
  expect(await countSamples(own.url, 'm', '25m')).toBe(1_200);
});

test('a state that is corrupted costs a comparison, and nothing else', async () => {
  writeFileSync(join(root, 'backfill', 'state.json'), '{"version":1,"completeUntil":nu');
  const corrupted = backfiller();
  await corrupted.round();
  expect(corrupted.status).toMatchObject({ samples: 0, error: null });
  expect(stateFile().completeUntil).toBeGreaterThan(now - 10_000);
});

test('what the thread could not do, and its end, are said to who waits', async () => {
  const { fill, end } = fillsInThread(agent);
  const side = { url: 'http://127.88.9.3:9090', labels: { external: {}, ambiguous: [] }, targets: [] };
  const group = { jobs: { without: [] }, intervalMs: null, marginMs: 1_000 };
  const ask = () => fill(side, side, { from: now - 1_000, to: now }, group, 1_000);
  await expect(ask()).rejects.toThrow(/fetch failed|bad port|ECONNREFUSED/);
  const left = ask();
  await end();
  await expect(left).rejects.toThrow(/the thread that compares samples ended/);
});
