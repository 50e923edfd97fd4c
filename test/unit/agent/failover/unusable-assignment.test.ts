import { RoleManager, type RoleDeps } from '../../../../agent/failover/role-manager';
import type { UserError } from '../../../../lib/contract/errors';
import { ASSIGNMENT } from '../../../../lib/contract/documents/assignment';
import { DEFAULT_POLICY } from '../../../../lib/contract/documents/policy';

test('what was read and cannot be used has an event of its own, once, with what and fix', async () => {
  const said: [string, Readonly<Record<string, unknown>> | undefined][] = [];
  let now = 0;
  let answer: () => Promise<null> = () => Promise.resolve(null);
  const manager = new RoleManager({
    node: 'a',
    policy: DEFAULT_POLICY,
    nodes: () => ['a'],
    store: { readAssignment: () => answer(), readHeartbeat: () => Promise.resolve(null) },
    probes: {
      peerIsAlerting: false,
      selfIsHealthy: true,
      streakOf: () => ({ consecutiveSuccesses: 0, consecutiveFailures: 0 }),
      forget: () => {},
    },
    watcher: { seen: null },
    setGate: () => {},
    onSuperseded: () => {},
    prometheusIsDown: () => false,
    lastGood: { load: () => null, save: () => {} },
    contact: { storeReadAt: null },
    clock: { now: () => (now += DEFAULT_POLICY.calmPollMs), sleep: () => Promise.resolve() },
    log: (_: string, event: string, more?: Readonly<Record<string, unknown>>) => {
      if (event.startsWith('store-')) said.push([event, more]);
    },
  } as unknown as RoleDeps);
  const broken = async (): Promise<null> => {
    ASSIGNMENT.parse('{"version":1,"epoch":1e300}', 's3://b/shards/0/assignment.json');
    return null;
  };
  const silent = (): Promise<null> => Promise.reject(new Error('no answer'));
  for (const next of [answer, broken, broken, silent, silent, broken, answer]) {
    answer = next;
    await manager.round();
  }
  expect(said.map(([event]) => event)).toEqual([
    'store-reachable',
    'store-object-unusable',
    'store-unreachable',
    'store-object-unusable',
    'store-reachable',
  ]);
  const { what, where, fix } = said[1]![1] as unknown as UserError['problem'];
  expect([where, what]).toEqual(['s3://b/shards/0/assignment.json', "the assignment's epoch is unusable"]);
  expect(fix).toContain('docs/runbook/health-check-errors.md');
});
