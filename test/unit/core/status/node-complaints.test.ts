import type { AgentStatus } from '../../../../lib/contract/documents/agent-status';
import type { SidecarStatus } from '../../../../lib/contract/documents/agent/part-status';
import { notCaughtUp } from '../../../../lib/core/backfill/caught-up';
import { neverConfigured, nodeComplaints } from '../../../../lib/core/status/node-complaints';
import { anAgentStatus } from '../../../fixtures/builders';

const sidecar: SidecarStatus = {
  pid: 7,
  restarts: 0,
  lastExit: null,
  version: '0.42.4',
  missing: false,
  uploadAgeMs: 7_200_000,
  waitingBlocks: 0,
  errors: [],
};
const scrub: NonNullable<AgentStatus['scrub']> = {
  lastPassAt: null,
  lastPassMs: null,
  lastPassBytes: null,
  passes: 0,
  corruption: [],
  quarantine: [],
  asksForVolume: null,
  error: null,
};
const backfill: NonNullable<AgentStatus['backfill']> = {
  completeUntil: null,
  busy: false,
  samples: 0,
  refused: 0,
  last: null,
  error: null,
};
const restore: NonNullable<AgentStatus['restore']> = { wanted: [], restored: [], error: null };
const volume: NonNullable<AgentStatus['volume']> = {
  id: 'vol-1',
  generation: 1,
  trouble: null,
  since: null,
  because: null,
  freeBytes: null,
  totalBytes: null,
  doing: null,
  freed: [],
};
const status = anAgentStatus('node-1', { sidecar });
const withSidecar = (change: Partial<SidecarStatus>): AgentStatus => ({
  ...status,
  sidecar: { ...sidecar, ...change },
});

test('a node with which nothing is wrong, and one of an earlier deploy, complain of nothing', () => {
  expect(nodeComplaints(status)).toEqual([]);
  expect(nodeComplaints({ ...status, sidecar: undefined })).toEqual([]);
  expect(nodeComplaints({ ...status, sidecar: null })).toEqual([]);
  expect(nodeComplaints({ ...status, scrub, backfill, restore, volume })).toEqual([]);
});

test.each<[string, Partial<AgentStatus>, string]>([
  [
    'its configuration was rejected',
    { config: { ...status.config, error: 'bad rule' } },
    'it keeps its old configuration: bad rule',
  ],
  [
    'only another volume helps',
    { scrub: { ...scrub, asksForVolume: 'the disk is broken' } },
    'its Prometheus needs another volume: the disk is broken.',
  ],
  [
    'its volume takes no writes',
    { volume: { ...volume, trouble: 'stalled', since: 'noon', because: 'a write has not come back' } },
    'its data volume is stalled since noon: a write has not come back.',
  ],
  ['it waits for its volume', { volume: { ...volume, doing: 'It is being unmounted' } }, 'It is being unmounted.'],
  [
    'nobody looks for corruption',
    { scrub: { ...scrub, error: 'EIO' } },
    'its scrub fails, so corruption would not be found: EIO.',
  ],
  [
    'what it missed stays missing',
    { backfill: { ...backfill, error: 'no peer answers' } },
    'it does not fetch what it missed from the other nodes: no peer answers.',
  ],
  [
    'alerts were dropped',
    { undelivered: ['its Prometheus dropped 7 posts of alerts'] },
    'its Prometheus dropped 7 posts of alerts, within ten minutes.',
  ],
  [
    'it was refused a certificate',
    { trust: { until: null, asks: null, refused: 'The request is of tomorrow.', gossip: 'plain' } },
    'it was refused a certificate: The request is of tomorrow.',
  ],
  [
    'a lost block stays lost',
    { restore: { ...restore, error: 'AccessDenied' } },
    'a block that it lost does not come back: AccessDenied.',
  ],
])('an operator is told that %s', (_, change, said) => {
  expect(nodeComplaints({ ...status, ...change })).toEqual([said]);
});

test('a node that never had a configuration keeps no old one, and its sidecar was never tried', () => {
  const config = { hash: null, loadedAt: null, error: 'bad rule' };
  const first = { ...withSidecar({ missing: true, pid: null }), config };
  expect(nodeComplaints(first)).toEqual([]);
  expect(neverConfigured(first)).toBe('it refuses its first one: bad rule');
  expect(neverConfigured({ ...first, config: { ...config, error: null } })).toBe(
    'it waits for its first configuration',
  );
  expect(neverConfigured(status)).toBeNull();
});

test('an upload is late beyond three hours; before the first one nobody knows', () => {
  expect(nodeComplaints(withSidecar({ uploadAgeMs: 3 * 3_600_000 }))).toEqual([]);
  expect(nodeComplaints(withSidecar({ uploadAgeMs: 3 * 3_600_000 + 1 }))).toHaveLength(1);
  expect(nodeComplaints(withSidecar({ uploadAgeMs: null, waitingBlocks: 3 }))).toEqual([]);
});

test('a sidecar that never ran is told as that', () => {
  expect(nodeComplaints(withSidecar({ pid: null }))).toEqual([
    'its Thanos sidecar does not run (never started), so no block is uploaded.',
  ]);
});

test.each<[string, Partial<SidecarStatus>, RegExp]>([
  ['Thanos is not there', { missing: true, pid: null }, /^Thanos is not installed, so no block is uploaded\.$/],
  ['the sidecar ended', { pid: null, lastExit: '12:00 exit code 1' }, /does not run \(12:00 exit code 1\)/],
  ['the bucket refuses', { errors: ['the bucket b denies access'] }, /^the bucket b denies access\.$/],
  ['uploads stopped', { uploadAgeMs: 4 * 3_600_000, waitingBlocks: 2 }, /4\.0 h old; 2 wait/],
])('an operator is told when %s', (_, change, said) => {
  expect(nodeComplaints(withSidecar(change))).toEqual([expect.stringMatching(said)]);
});

test('a page of the same corruption is one line, and does not hide another kind', () => {
  const corruption = (kind: string, path: string): object => ({
    class: kind,
    path,
    says: `${path} is hurt`,
    foundAt: 'noon',
  });
  const blocks = Array.from({ length: 48 }, (_, i) => corruption('block-vanished', `block ${i + 1}`));
  const scrub = { corruption: [...blocks, corruption('wal-corrupt', 'wal/00000003')] };
  expect(nodeComplaints({ ...status, scrub } as unknown as AgentStatus)).toEqual([
    'corruption in its TSDB since noon: block 1 is hurt. And 47 more like it (block-vanished); GET /v1/status of its agent has them all.',
    'corruption in its TSDB since noon: wal/00000003 is hurt.',
  ]);
  const few = { corruption: blocks.slice(0, 3) };
  expect(nodeComplaints({ ...status, scrub: few } as unknown as AgentStatus)).toHaveLength(3);
});

test.each<[string, Partial<AgentStatus>, RegExp]>([
  ['no Prometheus', { prometheus: { ...status.prometheus, pid: null, lastExit: 'exit 2' } }, /does not run: exit 2/],
  ['a rejected configuration', { config: { ...status.config, error: 'bad rule' } }, /bad rule/],
  ['no configuration', { config: { ...status.config, hash: null } }, /no configuration yet/],
  ['an unprimed gate', { gate: { ...status.gate, primed: false } }, /has not heard every alert/],
])('a deploy does not go on with %s', (_, change, why) => {
  expect(notCaughtUp({ ...status, ...change })).toMatch(why);
});
test('a deploy goes on when all is there', () => expect(notCaughtUp(status)).toBeNull());

describe('what answers clients', () => {
  const nodeQuery = (problem: string | null) => ({ pid: 9, restarts: 0, lastExit: null, problem });
  const said = (problem: string | null, change = {}): string[] =>
    nodeComplaints({ ...withSidecar(change), nodeQuery: nodeQuery(problem) });

  test('is told when it does not, with its reason', () => {
    expect(said(null)).toEqual([]);
    expect(said('it finds no sidecar that is well')).toEqual([
      'it would not answer clients while Thanos is down: it finds no sidecar that is well.',
    ]);
  });

  test('is not told apart where Thanos is missing, nor of an agent that says nothing of it', () => {
    expect(said('it does not run', { missing: true, pid: null })).toHaveLength(1);
    expect(nodeComplaints({ ...withSidecar({}), nodeQuery: undefined })).toEqual([]);
  });
});
