import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Peers } from '../../../../agent/failover/peers';
import { pathsOf } from '../../../../agent/base/paths';
import { readEnv } from '../../../../agent/base/env';
import { ANNOUNCEMENT } from '../../../../lib/contract/documents/announcement';
import { DEFAULT_POLICY } from '../../../../lib/contract/documents/policy';
import { anAnnouncement } from '../../../fixtures/builders';

let dir: string;
let address: string;
let told: (readonly string[])[];
let said: string[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'promha-peers-'));
  [address, told, said] = ['10.0.0.2', [], []];
});
afterEach(() => rmSync(dir, { recursive: true }));

const paths = () => pathsOf(readEnv({ PROMHA_STATE_DIR: join(dir, 'state'), PROMHA_DATA_DIR: dir }));
const made = (): Peers =>
  new Peers(
    { node: 'a', shard: 0, policy: DEFAULT_POLICY, thanos: null } as never,
    '10.0.0.1',
    {
      listNodes: async () => ['a', 'b'].map((node) => ({ shard: 0, node })),
      readAnnouncement: async (node) => anAnnouncement(node, { address }),
      writeAnnouncement: async () => {},
    },
    paths(),
    (_, event) => void said.push(event),
    (everywhere) => void told.push(everywhere),
    () => {},
  );
const look = (peers: Peers): Promise<void> => peers.round(anAnnouncement('a', { address: '10.0.0.1' }), false);

test('a peer that moves is told of though the disk is full, and kept as soon as it can be', async () => {
  const peers = made();
  rmSync(join(dir, 'state'), { recursive: true });
  writeFileSync(join(dir, 'state'), 'no directory: whatever is written fails');
  await look(peers);
  await look(peers);
  expect(told).toEqual([['10.0.0.1', '10.0.0.2']]);
  expect(said.filter((event) => event === 'peers-not-kept')).toHaveLength(1);
  rmSync(join(dir, 'state'));
  mkdirSync(join(dir, 'state'));
  await look(peers);
  expect(readFileSync(paths().peers, 'utf8')).toContain('10.0.0.2');
});

test('a malformed announcement of one node keeps nobody from learning where the others are', async () => {
  const peers = new Peers(
    { node: 'a', shard: 0, policy: DEFAULT_POLICY, thanos: null } as never,
    '10.0.0.1',
    {
      listNodes: async () => ['a', 'b', 'c'].map((node) => ({ shard: 0, node })),
      readAnnouncement: async (node) =>
        ANNOUNCEMENT.parse(node === 'b' ? '{}' : JSON.stringify(anAnnouncement(node, { address })), 's3://x'),
      writeAnnouncement: async () => {},
    },
    paths(),
    (_, event) => void said.push(event),
    (everywhere) => void told.push(everywhere),
    () => {},
  );
  await look(peers);
  expect([told, said.includes('announcement-unusable')]).toEqual([[['10.0.0.1', '10.0.0.2']], true]);
});
