import { DEFAULT_POLICY } from '../../../../lib/contract/documents/policy';
import type { ClusterView } from '../../../../lib/core/status/cluster-view';
import { renderStatus } from '../../../../lib/core/status/render-status';
import type { ProbeChanges } from '../../../fixtures/builders';
import { probes, report, startedAgo, T, view } from './well-cluster';

describe('a node', () => {
  test.each<[string, Partial<ClusterView>, string]>([
    [
      'never announced itself',
      { announcements: new Map([...view().announcements].slice(0, 1)) },
      'it never announced itself',
    ],
    ['was not probed', { probes: probes('b', null) }, 'it was not probed'],
    ['is not ready', { probes: probes('b', { ready: false }) }, 'Prometheus is not ready'],
    ['has no agent', { probes: probes('b', { agent: null }) }, 'the agent does not answer'],
    [
      'is blind',
      { probes: probes('b', { agent: { undiscovered: ['ec2'] } }) },
      'it has not discovered the targets of ec2 since it started',
    ],
    ['is cut off', { probes: probes('b', { agent: { storeReachable: false } }) }, 'it cannot read the control bucket'],
    [
      'has a gate that stays cold',
      { probes: probes('b', { agent: { gatePrimed: false } }) },
      'its gate has not listened long enough to take over',
    ],
  ])('that %s', (_, over, wrong) => {
    expect(report(over).nodes.find((n) => n.node === 'b')!.wrong).toBe(wrong);
    expect(report(over).problems[0]).toBe(`b: ${wrong}.`);
  });

  test('that alerts needs no primed gate: what it heard it sent', () => {
    expect(report({ probes: probes('a', { agent: { gatePrimed: false } }) }).problems).toEqual([]);
  });

  test('of which nothing is known is shown as that', () => {
    const unknown = report({ announcements: new Map(), probes: new Map(), profiles: undefined }).nodes[1];
    expect(unknown).toMatchObject({
      address: null,
      zone: null,
      volumeId: null,
      scrapeProfile: null,
      ready: false,
      scrapeLagMs: null,
      gate: 'unknown',
      couldTakeOver: false,
    });
    expect(report({ probes: probes('b', { agent: null }) }).nodes[1]).toMatchObject({ gate: 'unknown', ready: true });
  });

  test('is judged by the policy that is deployed; that it is another one is said', () => {
    const slow = probes('b', { scrapeLagMs: 8_000 });
    expect(report({ probes: slow }).healthy).toBe(false);
    expect(report({ probes: slow, policy: { ...DEFAULT_POLICY, maxScrapeLagMs: 10_000 } }).healthy).toBe(true);
    const other = report({ insteadBecause: 'AccessDenied' });
    expect([other.healthy, other.defaultPolicyBecause]).toEqual([true, 'AccessDenied']);
    expect(renderStatus(other, T)).toContain('\nJudged by the default policy: AccessDenied.\n');
  });

  test('that never had a configuration: that comes first, the rest follows from it', () => {
    const { problems } = report({ unconfigured: new Map([['b', 'why']]), probes: probes('a', { ready: false }) });
    expect(problems[0]).toBe('b has never loaded a configuration, so its Prometheus was never started: why.');
    expect(problems[1]).toMatch(/^NOBODY MAY BE ALERTING/);
  });

  test('complains itself, and the line begins with its name', () => {
    expect(report({ complaints: new Map([['b', ['corruption in its TSDB.', 'it is full.']]]) }).problems).toEqual([
      'b: corruption in its TSDB.',
      'b: it is full.',
    ]);
  });
});

test('what nodes do about a new configuration is said, and is no problem', () => {
  const trying = report({ trials: new Map([['b', 'it tries configuration 12345678']]) });
  expect([trying.healthy, trying.notes]).toEqual([true, ['b: it tries configuration 12345678.']]);
  expect(renderStatus(trying, T)).toContain('c, shard 0: all well.\n  · b: it tries configuration 12345678.\n');
});

describe('a standby whose gate is still cold', () => {
  const cold = (startedAgoMs: number, change: ProbeChanges = {}) =>
    report({
      probes: probes('b', { ...change, agent: { gatePrimed: false } }),
      announcements: startedAgo(startedAgoMs),
    });

  test('has just started: that is no problem, and is said', () => {
    const just = cold(59_999);
    expect([just.healthy, just.problems]).toEqual([true, []]);
    expect(renderStatus(just, T)).toContain(
      'c, shard 0: all well; some of it has just started.\n  · b is priming: its gate began to listen just now.\n',
    );
  });

  test('started a minute ago: that is one', () => {
    expect(cold(60_000)).toMatchObject({
      notes: [],
      problems: ['b: its gate has not listened long enough to take over.'],
    });
  });

  test('and that does not work is not warming up', () => {
    expect(cold(5_000, { ready: false }).notes).toEqual([]);
  });

  test('one with a primed gate that has just started is well', () => {
    expect(report({ announcements: startedAgo(5_000) })).toMatchObject({ notes: [], problems: [] });
  });
});
