import {
  DRILLS,
  judgeOperatorDrill,
  planDrill,
  renderDrill,
  type DrillKind,
  type DrillPlan,
} from '../../../../lib/core/status/drill-plan';
import type { ClusterView } from '../../../../lib/core/status/cluster-view';
import { ago, probes, report, startedAgo, view } from './well-cluster';

const KINDS = Object.keys(DRILLS) as DrillKind[];
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
    expect(decision.because).toContain(report(over).problems.join(' '));
    expect(decision.fix).toContain('promha status');
  }
});

test('a standby whose gate is still cold is waited for', () => {
  const cold = report({ probes: probes('b', { agent: { gatePrimed: false } }), announcements: startedAgo(5_000) });
  expect(cold.healthy).toBe(true);
  expect(planDrill('switchover', cold)).toEqual({
    kind: 'refuse',
    because: 'No other node could take over from a, so alerting would stop. The others have just started.',
    fix: expect.stringContaining('wait until'),
  });
});

test('it refuses where no other node could take over, whatever else is said', () => {
  const well = report();
  const alone = { ...well, nodes: well.nodes.map((n) => ({ ...n, couldTakeOver: n.node === 'a' })) };
  expect(planDrill('switchover', alone)).toMatchObject({
    kind: 'refuse',
    because: 'No other node could take over from a, so alerting would stop.',
  });
  expect(planDrill('switchover', { ...well, active: null })).toMatchObject({ kind: 'refuse' });
  expect(planDrill('switchover', { ...well, epoch: null })).toMatchObject({ kind: 'refuse' });
});

test.each<[DrillKind, number, number, string]>([
  ['switchover', 15_000, 60_000, 'within 15 s, and all is well again within 1 min'],
  ['kill-prometheus', 15_000, 180_000, 'within 15 s, and all is well again within 3 min'],
  ['lose-machine', 30_000, 1_200_000, 'within 30 s, and all is well again within 20 min'],
])('%s says how long it may take, and is judged by that', (kind, movedMs, wellMs, said) => {
  expect(plan(kind)).toMatchObject({ movedMs, wellMs });
  expect(plan(kind).says.join('\n')).toContain(said);
});

test('it says what is at risk meanwhile: nothing when nobody is hurt, less with a third node', () => {
  const risk = (kind: DrillKind, now = report()): string[] =>
    (planDrill(kind, now) as DrillPlan).says.filter((line) => line.startsWith('Until then'));
  expect(plan('switchover').says).toHaveLength(4);
  expect(risk('switchover')).toEqual([]);
  expect(risk('lose-machine')).toEqual([expect.stringContaining('finds nobody to take over')]);
  const { nodes } = report();
  const three = { ...report(), nodes: [...nodes, { ...nodes[1]!, node: 'c' }] };
  expect(risk('lose-machine', three)).toEqual([expect.stringContaining('finds fewer nodes to take over')]);
  expect((planDrill('lose-machine', three) as DrillPlan).says[0]).toContain('b, c could take over');
  expect(plan('lose-machine').says.at(-1)).toBe('Alerting does not move back by itself afterwards.');
});

describe('how it is judged', () => {
  type Seen = Parameters<typeof judgeOperatorDrill>[2];
  const seen: Seen = { tookOver: 'b', movedAfterMs: 900, wellAfterMs: 20_000, epochs: 1 };
  const judged = (wrong: Partial<Seen>, stillWrong: string[] = ['No standby.', 'b: cold.']) =>
    judgeOperatorDrill('switchover', plan('switchover'), { ...seen, ...wrong }, stillWrong);

  test('as it should be', () => {
    const good = judged({}, []);
    expect(good).toEqual({ drill: 'switchover', node: 'a', ...seen, passed: true, problems: [] });
    expect(renderDrill(good).split('\n')).toEqual([
      'switchover: as it should be.',
      '  another node seen alerting: 0.9 s (b)',
      '  all well again:             20.0 s',
      '',
    ]);
  });

  const NOT_MOVED = 'No other node was seen alerting within 15 s.';
  test.each<[string, Partial<Seen>, string[]]>([
    [
      'nobody took over, so nobody waited',
      { movedAfterMs: null, tookOver: null, wellAfterMs: null },
      [NOT_MOVED, 'So it was not waited for until all is well. Now: No standby. b: cold.'],
    ],
    ['nobody was seen to take over, and all is well', { movedAfterMs: null, tookOver: null }, [NOT_MOVED]],
    [
      'one took over too late, and not all is well',
      { movedAfterMs: null, wellAfterMs: null },
      [NOT_MOVED, 'Not well again within 1 min: No standby. b: cold.'],
    ],
    [
      'one took over unseen, and not all is well',
      { tookOver: null, wellAfterMs: null },
      ['Not well again within 1 min: No standby. b: cold.'],
    ],
    ['not all is well', { wellAfterMs: null }, ['Not well again within 1 min: No standby. b: cold.']],
    ['it moved to and fro', { epochs: 3 }, ['The assignment changed 3 times instead of once: see `promha history`.']],
  ])('%s', (_, wrong, problems) => {
    const bad = judged(wrong);
    expect([bad.passed, bad.problems]).toEqual([false, problems]);
    expect(renderDrill(bad)).toContain(`switchover: FAILED.\n  ! ${problems[0]}\n`);
  });

  test('what was not in time is said to be so, and who took over only if one did', () => {
    const { problems } = judged({ movedAfterMs: null, tookOver: null, wellAfterMs: null }, []);
    expect(problems[1]).toContain('Now: nothing is seen to be wrong.');
    expect(
      renderDrill(judged({ movedAfterMs: null, tookOver: null, wellAfterMs: null }))
        .split('\n')
        .slice(3),
    ).toEqual(['  another node seen alerting: not in time', '  all well again:             not in time', '']);
  });
});
