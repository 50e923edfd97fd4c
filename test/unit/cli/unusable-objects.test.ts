import type { S3Client } from '@aws-sdk/client-s3';
import { EXIT, statusCode } from '../../../lib/cli/exit';
import { readCluster } from '../../../lib/cli/cluster/read-cluster';
import { operateCluster } from '../../../lib/cli/commands/operate';
import { KEYS } from '../../../lib/contract/keys';
import type { ClusterView } from '../../../lib/core/status/cluster-view';
import { renderStatus } from '../../../lib/core/status/render-status';
import { reportStatus, type StatusReport } from '../../../lib/core/status/status';
import { anAnnouncement, anAssignment } from '../../fixtures/builders';
import { probes, report as wellButFor, T } from '../core/status/well-cluster';

const HANDLE = { cluster: 'c', shard: 0, controlBucket: 'control' };
const A = KEYS.announcement(0, 'prometheus-1');
const B = KEYS.announcement(0, 'prometheus-2');

/** Nobody answers for the services beside S3. */
const before = { ...process.env };
beforeAll(() =>
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
    AWS_MAX_ATTEMPTS: '1',
  }),
);
afterAll(() => {
  process.env = before;
});

/** A control bucket in which everything is well but for these objects. */
function bucket(bad: Readonly<Record<string, string>>): S3Client {
  const objects: Record<string, string> = {
    [KEYS.assignment(0)]: JSON.stringify(anAssignment({ epoch: 7, active: 'prometheus-1' })),
    [KEYS.heartbeat(0)]: JSON.stringify({ version: 1, at: new Date().toISOString(), invocation: 'i' }),
    [A]: JSON.stringify(anAnnouncement('prometheus-1')),
    [B]: JSON.stringify(anAnnouncement('prometheus-2')),
    ...bad,
  };
  const send = ({ input }: { input: { Key?: string; Prefix?: string } }): Promise<unknown> => {
    const { Key, Prefix } = input;
    if (Key === undefined)
      return Promise.resolve({
        Contents: Object.keys(objects).flatMap((key) => (key.startsWith(Prefix!) ? [{ Key: key }] : [])),
      });
    const text = objects[Key];
    if (text === undefined) return Promise.reject(Object.assign(new Error('none'), { name: 'NoSuchKey' }));
    return Promise.resolve({ ETag: 'e', Body: { transformToString: () => Promise.resolve(text) } });
  };
  return { send } as unknown as S3Client;
}

const read = (bad: Readonly<Record<string, string>>): Promise<ClusterView> => readCluster(HANDLE, bucket(bad), 200);
const report = async (bad: Readonly<Record<string, string>>): Promise<StatusReport> =>
  reportStatus(await read(bad), Date.now());
const about = ({ problems }: StatusReport, key: string): string[] => problems.filter((p) => p.includes(key));

describe('one object that cannot be used hides nothing else', () => {
  const OF_A_NODE: [string, string, string][] = [
    ['announcement', B, '{"version":1,"node":"prometheus-2","address":5}'],
    ['report of a volume', KEYS.storage(0, 'prometheus-2'), '{"version":1,"node":7}'],
    ['record of a restore', KEYS.restore(0, 'prometheus-2'), 'not\nJSON'],
  ];
  test.each(OF_A_NODE)('a %s: one line names node and object', async (_, key, text) => {
    const found = await report({ [key]: text });
    expect(about(found, key)).toEqual([
      expect.stringMatching(/^prometheus-2: [^\n]*s3:\/\/control\/[^\n]* got [^\n]*$/),
    ]);
    expect(found).toMatchObject({ active: 'prometheus-1', epoch: 7, assignmentUnusable: null, healthy: false });
    expect(found.nodes.map(({ node }) => node)).toEqual(['prometheus-1', 'prometheus-2']);
    expect(statusCode([found])).toBe(EXIT.unhealthy);
  });

  test("a heartbeat: it is not said that nobody ever probed, and a remedy's record", async () => {
    const key = KEYS.heartbeat(0);
    const found = await report({ [key]: '{}', [KEYS.remedy(0, 'redis')]: '{}' });
    expect(about(found, key)).toEqual([expect.stringMatching(/^When the control plane last probed cannot be read/)]);
    expect(about(found, 'has never probed')).toEqual([]);
    expect(about(found, 'remedies/redis.json')).toEqual([expect.stringMatching(/^remedy redis: /)]);
  });

  test('a pause goes through beside a bad announcement', async () => {
    const outcome = await operateCluster(HANDLE, bucket({ [B]: '{}' }), { kind: 'pause', reason: 'disks' });
    expect(outcome).toMatchObject({ done: true, changed: true });
  });

  test('an S3 that does not answer is another matter', async () => {
    const send = (): Promise<never> => Promise.reject(new Error('no answer'));
    await expect(readCluster(HANDLE, { send } as unknown as S3Client, 200)).rejects.toThrow('no answer');
  });
});

describe('an assignment that cannot be used', () => {
  const key = KEYS.assignment(0);
  test('is the first problem; what nodes say of themselves is shown; nobody can say: exit 3', async () => {
    const view = await read({ [key]: '{"version":1,' });
    const found = reportStatus(view, Date.now());
    expect(found.problems[0]).toMatch(/^NOBODY CAN SAY WHO SHALL ALERT: s3:\/\/control\/shards\/0\/assignment\.json: /);
    expect(found.problems.join()).not.toContain('there is no assignment yet');
    expect(found.nodes.map(({ node, role }) => [node, role])).toEqual([
      ['prometheus-1', 'unknown'],
      ['prometheus-2', 'unknown'],
    ]);
    expect(statusCode([await report({}), found])).toBe(EXIT.unreachable);
    expect(statusCode([{ healthy: true, assignmentUnusable: null }])).toBe(EXIT.well);
  });

  test('of an object that is not too long to read', async () => {
    const view = await read({ [key]: JSON.stringify({ version: 1, epoch: 'x'.repeat(500) }) });
    expect(view.unusable!.assignment!.length).toBeLessThan(400);
  });
});

test('open gates are named while the assignment cannot be used; that none is open is a problem', () => {
  const of = (gateOpen: boolean): StatusReport => {
    const over = probes('a', { agent: { gateOpen, storeReachable: false } });
    const unusable = { assignment: 'why', heartbeat: null, announcements: new Map(), others: [] };
    return wellButFor({ assignment: null, unusable, probes: over });
  };
  expect(renderStatus(of(true), T)).toContain('open gates by their own account: a.');
  expect(of(true).problems).toEqual([
    'NOBODY CAN SAY WHO SHALL ALERT: why.',
    'a: it cannot use the assignment either.',
  ]);
  expect(of(false).problems[1]).toMatch(/^NOBODY MAY BE ALERTING/);
});
