import { DEFAULT_POLICY } from '../../../../lib/contract/documents/policy';
import type { ClusterView } from '../../../../lib/core/status/cluster-view';
import { renderStatus } from '../../../../lib/core/status/render-status';
import { anAssignment, type ProbeChanges } from '../../../fixtures/builders';
import { ago, probes, report, T, view } from './well-cluster';

const problems = (over: Partial<ClusterView>): readonly string[] => report(over).problems;
/** With one node probed otherwise. */
const seen = (node: string, change: ProbeChanges | null): readonly string[] =>
  problems({ probes: probes(node, change) });
const assigned = (over: Parameters<typeof anAssignment>[0]): Partial<ClusterView> => ({
  assignment: { ...view().assignment!, ...over },
});

describe('where all is well', () => {
  test('the report has who alerts, since when and why, and the proof that alerts get through', () => {
    expect(report()).toMatchObject({
      healthy: true,
      problems: [],
      notes: [],
      active: 'a',
      epoch: 7,
      since: ago(9e6),
      reason: 'The first one.',
      paused: null,
      scrapeProfile: 'normal',
      heartbeatAgeMs: 1_000,
      alerting: { ageMs: 3_000, node: 'a' },
      defaultPolicyBecause: null,
      volumes: null,
      quarantine: [],
    });
  });

  test('each node, as it was announced and probed', () => {
    const [a, b] = report().nodes;
    expect(a).toEqual({
      node: 'a',
      role: 'active',
      address: '127.0.0.1',
      zone: 'eu-west-1a',
      volumeId: 'vol-a',
      scrapeProfile: 'normal',
      ready: true,
      scrapeLagMs: 500,
      gate: 'open',
      couldTakeOver: true,
      isPriming: false,
      wrong: '',
    });
    expect(b).toEqual({ ...a, node: 'b', role: 'standby', volumeId: 'vol-b', gate: 'closed' });
  });

  test('a person reads it from the top: the verdict, who alerts and why, the proof, the nodes', () => {
    expect(renderStatus(report(), T).split('\n')).toEqual([
      'c, shard 0: all well.',
      '',
      `a alerts, epoch 7, since ${ago(9e6)}.`,
      'Why: The first one.',
      'The last watchdog alert was delivered end to end 3 s ago (a).',
      '',
      expect.stringMatching(/^NODE +ROLE +GATE +READY/),
      expect.stringMatching(/^a +active +open +yes +0\.5 s +normal +vol-a/),
      expect.stringMatching(/^b +standby +closed +yes/),
      '',
    ]);
  });
});

describe('who alerts', () => {
  test('nobody is assigned', () => {
    const none = report({ assignment: null });
    expect(none).toMatchObject({
      problems: ['Nobody alerts: there is no assignment yet.'],
      active: null,
      epoch: null,
      since: null,
      reason: null,
      paused: null,
      scrapeProfile: 'normal',
    });
    expect(renderStatus(none, T)).toContain(
      'c, shard 0: 1 problem(s).\n  ! Nobody alerts: there is no assignment yet.\n',
    );
    expect(renderStatus(none, T)).toContain('\nNobody is assigned.\n');
  });

  test.each<[string, Partial<ClusterView>, string]>([
    ['was not probed', { probes: probes('a', null) }, 'a is assigned, but it was not probed'],
    [
      'does not scrape',
      { probes: probes('a', { scrapeLagMs: 9_000 }) },
      'a is assigned, but Prometheus last scraped 9.0 s ago',
    ],
    [
      'has a closed gate',
      { probes: probes('a', { agent: { gateOpen: false } }) },
      'a is assigned, but its gate is closed',
    ],
    [
      'never announced itself',
      { announcements: new Map(), probes: new Map() },
      'a is assigned, but it never announced itself',
    ],
    ['is none of this shard', assigned({ active: 'z' }), 'z is assigned, but it is not a node of this shard'],
  ])('the node that should, %s', (_, over, said) => {
    expect(problems(over)[0]).toBe(`NOBODY MAY BE ALERTING: ${said}.`);
  });

  test('two at the same time', () => {
    expect(seen('b', { agent: { gateOpen: true } })).toEqual(['a and b alert at the same time.']);
  });

  test('no standby could: also with none at all, but not while nobody is assigned', () => {
    expect(seen('b', { agent: { storeReachable: false } })).toEqual([
      'b: it cannot read the control bucket.',
      'No standby could take over now.',
    ]);
    expect(problems({ nodes: ['a'] })).toEqual(['No standby could take over now.']);
    expect(problems({ nodes: [], assignment: null })).toHaveLength(1);
  });
});

describe('the way of alerts', () => {
  const silentFor = (ms: number): readonly string[] => {
    const agent = { watchdogAt: T - ms };
    return problems({ probes: new Map([...probes('a', { agent }), ['b', probes('b', { agent }).get('b')!]]) });
  };
  const LIMIT = DEFAULT_POLICY.alertingSilentMs;

  test('is a problem from the limit on', () => {
    expect(silentFor(LIMIT - 1)).toEqual([]);
    expect(silentFor(LIMIT)).toEqual(["NO ALERT GETS THROUGH: the dead man's switch last came back 60 s ago."]);
  });

  test('a system that has just begun to alert has just as long for it', () => {
    const unproven = new Map(
      [...view().probes].map(([node, probe]) => [node, { ...probe, agent: { ...probe.agent!, watchdogAt: null } }]),
    );
    const since = (ms: number) => report({ ...assigned({ since: ago(ms) }), probes: unproven });
    expect(since(LIMIT - 1).problems).toEqual([]);
    expect(since(LIMIT).problems).toEqual([
      "NO ALERT GETS THROUGH: the dead man's switch has come back to no node that answers.",
    ]);
    expect(renderStatus(since(1), T)).toContain('\nNo watchdog alert has been delivered end to end yet.\n');
  });

  test('a proof by a clock that is ahead is of now', () => {
    expect(report({ probes: probes('a', { agent: { watchdogAt: T + 2_000 } }) }).alerting).toEqual({
      ageMs: 0,
      node: 'a',
    });
  });
});

describe('a pause', () => {
  const paused = assigned({ paused: { by: 'kim', since: ago(1), reason: 'disks' } });

  test('over nodes that are well is one problem', () => {
    expect(problems(paused)).toEqual([`Automatic failover is PAUSED by kim since ${ago(1)}: disks`]);
    expect(report(paused).paused).toMatchObject({ by: 'kim' });
  });

  test('over a node that does not alert: what a person can do', () => {
    expect(problems({ ...paused, probes: probes('a', { ready: false }) })).toContain(
      'Nothing is done about that until `promha resume`; `promha switchover --to b` gives alerting to b and keeps the pause.',
    );
    expect(problems({ ...paused, probes: new Map() })).toContain(
      'Nothing is done about that until `promha resume`, and no other node could take over.',
    );
    // The node that alerts works, but its gate is closed: it is no candidate.
    const closed = new Map([['a', probes('a', { agent: { gateOpen: false } }).get('a')!]]);
    expect(problems({ ...paused, probes: closed }).join('\n')).toContain('no other node could take over');
  });
});

describe('load and the control plane', () => {
  test('scraping less is a problem, with its beginning where that is known', () => {
    expect(problems(assigned({ scrapeProfile: 'reduced', profileSince: ago(5_000) }))).toEqual([
      `Droppable series are not scraped: the scrape profile is reduced since ${ago(5_000)}.`,
    ]);
    const reduced = report(assigned({ scrapeProfile: 'reduced' }));
    expect(reduced.scrapeProfile).toBe('reduced');
    expect(reduced.problems).toEqual(['Droppable series are not scraped: the scrape profile is reduced since ?.']);
  });

  test('a control plane that has never probed, and one that stopped', () => {
    expect(report({ heartbeatAt: null })).toMatchObject({
      heartbeatAgeMs: null,
      problems: ['The control plane has never probed.'],
    });
    expect(problems({ heartbeatAt: ago(DEFAULT_POLICY.heartbeatStaleMs) })).toEqual([]);
    expect(problems({ heartbeatAt: ago(12_001) })).toEqual(['The control plane has not probed for 12 s.']);
  });
});

test('what keeps alerts from people comes first, what concerns queries and volumes last', () => {
  const all = problems({
    ...assigned({ paused: { by: 'kim', since: ago(1), reason: 'disks' }, scrapeProfile: 'reduced' }),
    probes: new Map(),
    heartbeatAt: null,
    complaints: new Map([['b', ['corruption in its TSDB.']]]),
    volumes: { unknown: 'AccessDenied' },
    queries: { unknown: 'Throttled' },
  });
  const order = [
    /NOBODY MAY BE/,
    /NO ALERT GETS/,
    /PAUSED/,
    /Nothing is done/,
    /Droppable/,
    /b: it was/,
    /b: corr/,
    /No standby/,
    /never probed/,
    /EC2/,
    /queries/,
  ];
  expect(all).toEqual(order.map((pattern) => expect.stringMatching(pattern)));
});

test('what else there is to know stands below: remedies, volumes, quarantine', () => {
  const kept = { incident: '2026-01-01T02', expires: ago(-9e6), because: ['wal/3 is corrupt', 'one block is gone'] };
  const more = report({
    remedies: [
      {
        version: 1,
        name: 'redis',
        holder: null,
        until: ago(1),
        startedAt: ago(5_000),
        outcome: { at: ago(1_000), reconnected: true, because: 'It answers again.' },
      },
    ],
    volumes: [
      {
        node: 'a',
        asks: null,
        restore: null,
        lastSnapshot: null,
        lastGoodSnapshot: null,
        withoutGoodSince: null,
        kept: [],
      },
    ],
    quarantine: new Map([
      ['a', [kept]],
      ['b', [{ ...kept, expires: null }]],
    ]),
  });
  expect(more.healthy).toBe(true);
  expect(more.quarantine).toEqual([
    { node: 'a', ...kept },
    { node: 'b', ...kept, expires: null },
  ]);
  const text = renderStatus(more, T);
  expect(text).toContain(`\nRemedy redis, at ${ago(1_000)}: It answers again.\n`);
  expect(text.slice(text.indexOf('Snapshots of')).split('\n')).toEqual([
    'Snapshots of the data volumes:',
    '  a: none yet',
    '',
    'Kept of corruption that was quarantined:',
    `  a, 2026-01-01T02, until ${ago(-9e6)}: wal/3 is corrupt; one block is gone`,
    '  b, 2026-01-01T02, until somebody looks: wal/3 is corrupt; one block is gone',
    '',
  ]);
});

test('what an older program leaves out of a view is nothing', () => {
  expect(report({ profiles: undefined, insteadBecause: undefined, volumes: undefined })).toMatchObject({
    healthy: true,
    volumes: null,
    defaultPolicyBecause: null,
  });
});

describe('where alerts are withheld', () => {
  const withheld = { by: 'op', since: ago(1_000), reason: 'the old one tells', until: ago(-60_000) };

  test('the report says so, by whom, until when, why and how many', () => {
    expect(problems({ ...assigned({ withheld }), withheld: new Map([['a', 3]]) })).toEqual([
      `Alerts are WITHHELD from everybody by op since ${ago(1_000)}, until ${ago(-60_000)}: the old one tells. Of them 3 fire now.`,
    ]);
    expect(problems(assigned({ withheld }))[0]).toContain('an unknown number fire');
  });

  test('and that it is over by its date only', () => {
    expect(problems(assigned({ withheld: { ...withheld, until: ago(0) } }))[0]).toContain('are told since');
  });
});
