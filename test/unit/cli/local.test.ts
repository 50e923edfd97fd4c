import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localCluster } from '../../../lib/cli/cluster/cluster';
import { Unreachable } from '../../../lib/cli/exit';
import type { RunState } from '../../../lib/shell/local/run-state';
import { writeState } from '../../../local/run/run-dir';

const before = { ...process.env };
let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'promha-local-'));
  process.env.XDG_CACHE_HOME = cache;
});
afterEach(() => {
  process.env = { ...before };
  rmSync(cache, { recursive: true });
});

/** What a run of this process has written of itself. */
const running = (endpoint: string, controlBucket: string): void =>
  writeState({ ...STATE, pid: process.pid, endpoint, controlBucket });
const STATE: Omit<RunState, 'pid' | 'endpoint' | 'controlBucket'> = {
  version: 1,
  runId: 'run',
  startedAt: '2026-01-01T00:00:00Z',
  mode: 'loopback',
  dir: '/tmp',
  cluster: 'c',
  region: 'r',
  socket: '',
  nodes: [],
  others: [],
  hostAddress: '127.0.0.1',
  urls: {},
  haproxySocket: '',
  pages: '',
  ready: false,
};

const found = (): unknown => {
  try {
    return localCluster();
  } catch (error) {
    return error;
  }
};

test('none that runs, and one that still starts, cannot be reached: the SDK is not left to ask AWS', () => {
  expect(found()).toBeInstanceOf(Unreachable);
  for (const [endpoint, bucket] of [
    ['', ''],
    ['http://localhost:5566', ''],
  ] as const) {
    running(endpoint, bucket);
    expect(found()).toMatchObject({ message: expect.stringMatching(/^the local system still starts\n/) });
    expect(found()).toBeInstanceOf(Unreachable);
    expect(process.env.AWS_ENDPOINT_URL).toBe(before.AWS_ENDPOINT_URL);
  }
  running('http://localhost:5566', 'control');
  expect(found()).toEqual({ cluster: 'c', shard: 0, controlBucket: 'control' });
  expect(process.env.AWS_ENDPOINT_URL).toBe('http://localhost:5566');
});

test('it is asked as an operator with the deployed policies, where there is one; as the owner only on purpose', () => {
  const operator = { AWS_ACCESS_KEY_ID: 'o', AWS_SECRET_ACCESS_KEY: 's', AWS_SESSION_TOKEN: 't' };
  const key = (): unknown => [process.env.AWS_ACCESS_KEY_ID, process.env.AWS_SESSION_TOKEN];
  writeState({ ...STATE, pid: process.pid, endpoint: 'http://e', controlBucket: 'b', operator, lambda: 'http://l' });
  localCluster();
  expect(key()).toEqual(['o', 't']);
  expect(process.env.AWS_ENDPOINT_URL_LAMBDA).toBe('http://l');
  localCluster(undefined, 'owner');
  expect(key()).toEqual(['local', undefined]);
  writeState({ ...STATE, pid: process.pid, endpoint: 'http://e', controlBucket: 'b' });
  localCluster();
  expect(key()).toEqual(['local', undefined]);
});
