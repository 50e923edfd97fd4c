import {
  DRILLS,
  judgeOperatorDrill,
  planDrill,
  renderDrill,
  type DrillKind,
  type DrillPlan,
} from '../../../../lib/core/status/drill-plan';
import { DEFAULT_POLICY } from '../../../../lib/contract/documents/policy';
import { renderStatus, reportStatus, type ClusterView, type StatusReport } from '../../../../lib/core/status/status';
import { anAnnouncement, anAssignment, aProbe } from '../../../fixtures/builders';

const T = Date.UTC(2026, 0, 1, 3);
const ago = (ms: number): string => new Date(T - ms).toISOString();
const KINDS = Object.keys(DRILLS) as DrillKind[];

const view = (over: Partial<ClusterView> = {}): ClusterView => ({
  cluster: 'c',
  shard: 0,
  nodes: ['a', 'b'],
  assignment: anAssignment({ epoch: 7, reason: 'The first one.', since: ago(9e6), at: ago(9e6) }),
  heartbeatAt: ago(1_000),
  announcements: new Map(
    ['a', 'b'].map((node) => [
      node,
      anAnnouncement(node, { volumeId: `vol-${node}`, at: ago(1_000), agentStartedAt: ago(9e6) }),
    ]),
  ),
  probes: new Map(
    ['a', 'b'].map((node) => [
      node,
      aProbe(node, { at: T, agent: { appliedEpoch: 7, gateOpen: node === 'a', watchdogAt: T - 3_000 } }),
    ]),
  ),
  complaints: new Map(),
  quarantine: new Map(),
  remedies: [],
  queries: null,
  profiles: new Map([
    ['a', 'normal'],
    ['b', 'normal'],
  ]),
  policy: DEFAULT_POLICY,
  insteadBecause: null,
  ...over,
});
const report = (over: Partial<ClusterView> = {}): StatusReport => reportStatus(view(over), T);
const plan = (kind: DrillKind): DrillPlan => planDrill(kind, report()) as DrillPlan;

test.each(KINDS)('%s hurts the node that alerts, and says so before', (kind) => {
  expect(plan(kind)).toMatchObject({ kind: 'go', node: 'a', epoch: 7 });
  const said = plan(kind).says.join('\n');
  for (const part of ['Cluster c', 'a alerts (epoch 7)', 'b could take over', kind, DRILLS[kind]])
    expect(said).toContain(part);
});

test.each<[string, Partial<ClusterView>]>([
  ['nobody is assigned', { assignment: null }],
  [
    'automatic action is paused',
    { assignment: { ...view().assignment!, paused: { by: 'x', since: ago(1), reason: 'disks' } } },
  ],
  ['the standby does not answer', { probes: new Map([['a', view().probes.get('a')!]]) }],
  ['a node complains', { complaints: new Map([['b', ['corruption in its TSDB.']]]) }],
  ['the control plane is silent', { heartbeatAt: ago(60_000) }],
  ['there is no other node', { nodes: ['a'] }],
])('it refuses while %s, and says what is wrong', (_, over) => {
  for (const kind of KINDS) {
    const decision = planDrill(kind, report(over));
    if (decision.kind !== 'refuse') throw new Error('it would go on');
    expect(decision.because).not.toBe('');
    expect(decision.fix).toContain('promha status');
  }
});

describe('a standby whose gate is still cold', () => {
  const cold = (startedAgoMs: number): StatusReport => {
    const { probes, announcements } = view();
    const b = probes.get('b')!;
    return report({
      probes: new Map([...probes, ['b', { ...b, agent: { ...b.agent!, gatePrimed: false } }]]),
      announcements: new Map([
        ...announcements,
        ['b', { ...announcements.get('b')!, agentStartedAt: ago(startedAgoMs) }],
      ]),
    });
  };

  test('has just started: that is no problem, and is said; a drill waits for it', () => {
    const just = cold(5_000);
    expect([just.healthy, just.problems]).toEqual([true, []]);
    expect(renderStatus(just, T)).toMatch(/all well; some of it has just started\.\n {2}· b is warming up/);
    expect(planDrill('switchover', just)).toMatchObject({
      kind: 'refuse',
      because: expect.stringContaining('just started'),
    });
  });

  test('started long ago: that is one', () => {
    expect(cold(120_000).problems).toEqual(['b: its gate has not listened long enough to take over.']);
  });
});

describe('how it is judged', () => {
  const seen = { tookOver: 'b', movedAfterMs: 900, wellAfterMs: 20_000, epochs: 1 };
  test('as it should be', () => {
    const judged = judgeOperatorDrill('kill-prometheus', plan('kill-prometheus'), seen, []);
    expect(judged).toMatchObject({ passed: true, problems: [], node: 'a', tookOver: 'b' });
    expect(renderDrill(judged)).toContain('0.9 s (b)');
  });
  test.each([
    [{ movedAfterMs: null, tookOver: null }, /No other node/],
    [
      { movedAfterMs: null, tookOver: null, wellAfterMs: null },
      /within 15 s\. So it was not waited for until all is well\. Now: No standby/,
    ],
    [{ wellAfterMs: null }, /Not well again.*standby/],
    [{ epochs: 3 }, /3 times instead of once/],
  ])('not as it should be: %j', (wrong, says) => {
    const judged = judgeOperatorDrill('switchover', plan('switchover'), { ...seen, ...wrong }, [
      'No standby.',
      'standby',
    ]);
    expect(judged.passed).toBe(false);
    expect(judged.problems.join(' ')).toMatch(says);
    expect(renderDrill(judged)).toContain('FAILED');
  });
});

describe('status', () => {
  test('each node with its volume and its profile', () => {
    expect(report().nodes.map((n) => [n.node, n.volumeId, n.scrapeProfile])).toEqual([
      ['a', 'vol-a', 'normal'],
      ['b', 'vol-b', 'normal'],
    ]);
    expect(renderStatus(report(), T)).toMatch(/a +active .*normal +vol-a/);
  });

  test('a policy that is not the deployed one is no problem, and is said', () => {
    expect(renderStatus(report(), T)).not.toContain('default policy');
    const other = report({ insteadBecause: 'AccessDenied' });
    expect(other.healthy).toBe(true);
    expect(renderStatus(other, T)).toContain('Judged by the default policy: AccessDenied.');
  });

  test('paused over a node that does not alert, it says what a person can do', () => {
    const paused = { by: 'kim', since: ago(1), reason: 'disks' };
    const dead = new Map(view().probes).set('a', { ...view().probes.get('a')!, ready: false });
    const over = { assignment: { ...view().assignment!, paused }, probes: dead };
    expect(report(over).problems.join('\n')).toContain(
      '`promha switchover --to b` gives alerting to b and keeps the pause',
    );
    const alone = report({ ...over, probes: new Map() }).problems.join('\n');
    expect(alone).toContain('until `promha resume`, and no other node could take over');
    expect(report({ assignment: over.assignment }).problems).toHaveLength(1);
  });

  test('nodes are judged by the policy that is deployed', () => {
    const slow = new Map(view().probes).set('b', { ...view().probes.get('b')!, scrapeLagMs: 8_000 });
    expect(report({ probes: slow }).healthy).toBe(false);
    expect(report({ probes: slow, policy: { ...DEFAULT_POLICY, maxScrapeLagMs: 10_000 } }).healthy).toBe(true);
  });
});
