import { gateEvents, gateTimes } from '../../../../local/drills/judge/gate-times';
import { parseStat } from '../../../../local/drills/judge/haproxy';
import { measure, type Evidence } from '../../../../local/drills/judge/measure';
import { missingEverywhere, missingSamples } from '../../../../local/drills/judge/samples';
import { SCENARIOS } from '../../../../local/drills/scenarios';
import { renderBaseline, BASELINE } from '../../../../local/run/balancer/load-balancer';
import { freeAddresses } from '../../../../local/run/hosts/addresses';

const grid = (from: number, to: number, offset = 0): number[] =>
  Array.from({ length: (to - from) / 1_000 + 1 }, (_, i) => from + i * 1_000 + offset);

describe('samples', () => {
  test('a full grid misses nothing, wherever it starts within the interval', () => {
    for (const offset of [0, 1, 400, 999]) expect(missingSamples(grid(0, 19_000, offset), 0, 20_000, 1_000)).toBe(0);
  });

  test('a late scrape is not a missing one', () => {
    expect(missingSamples([0, 1_000, 2_600, 3_000, 4_000], 0, 4_000, 1_000)).toBe(0);
  });

  test('each sample that is gone counts', () => {
    expect(
      missingSamples(
        grid(0, 20_000).filter((t) => t !== 5_000),
        0,
        20_000,
        1_000,
      ),
    ).toBe(1);
    expect(
      missingSamples(
        grid(0, 20_000).filter((t) => t < 5_000 || t > 9_000),
        0,
        20_000,
        1_000,
      ),
    ).toBe(5);
  });

  test('what is missing at the beginning or the end counts too', () => {
    expect(missingSamples(grid(5_000, 20_000), 0, 20_000, 1_000)).toBe(4);
    expect(missingSamples(grid(0, 15_000), 0, 20_000, 1_000)).toBe(4);
    expect(missingSamples([], 0, 20_000, 1_000)).toBe(19);
  });

  test('two nodes that take turns miss nothing; a gap in both counts, beyond the oracle’s', () => {
    const all = grid(0, 20_000);
    const series = (times: number[]): Map<string, number[]> => new Map([['up', times]]);
    const judge = (a: number[], b: number[], oracle: number[]): number | undefined =>
      missingEverywhere([series(a), series(b)], series(oracle), 0, 20_000, 1_000).get('up');
    expect(judge(all.slice(0, 10), all.slice(10), all)).toBeUndefined();
    expect(judge(all.slice(0, 8), all.slice(10), all)).toBe(2);
    expect(
      judge(
        all.slice(0, 8),
        all.slice(10),
        all.filter((t) => t !== 9_000),
      ),
    ).toBe(1);
  });

  test('a series that no node has at all is missing from beginning to end', () => {
    expect(missingEverywhere([new Map()], new Map([['up', grid(0, 20_000)]]), 0, 20_000, 1_000).get('up')).toBe(19);
  });
});

describe('gates', () => {
  const move = (at: number, node: string, open: boolean) => ({ at, node, open });

  test('a hand-over with a gap, and one with an overlap', () => {
    expect(gateTimes(['a'], [move(10, 'a', false), move(25, 'b', true)], 0, 100)).toEqual({ noneMs: 15, severalMs: 0 });
    expect(gateTimes(['a'], [move(10, 'b', true), move(25, 'a', false)], 0, 100)).toEqual({ noneMs: 0, severalMs: 15 });
  });

  test('it goes on to the end of the window, and events outside do not count', () => {
    expect(gateTimes(['a'], [move(-5, 'a', false), move(40, 'a', false), move(200, 'b', true)], 0, 100)).toEqual({
      noneMs: 60,
      severalMs: 0,
    });
  });

  test('movements are read from an agent’s log', () => {
    const line = (event: string): string =>
      JSON.stringify({ at: '2026-01-01T00:00:01.000Z', level: 'info', event, node: 'n1' });
    const log = [
      'crash: no JSON',
      line('gate-opened'),
      line('role'),
      line('gate-closed'),
      line('gate-opened').slice(0, 60),
    ].join('\n');
    const at = Date.parse('2026-01-01T00:00:01Z');
    expect(gateEvents('n1', log)).toEqual([move(at, 'n1', true), move(at, 'n1', false)]);
  });
});

test('HAProxy’s baseline is told from the backends with traffic, and going down is still up', () => {
  const csv = [
    '# pxname,svname,qcur,status',
    'nlb-9090,prometheus-1,0,DOWN',
    `${BASELINE},prometheus-1,0,UP 2/3`,
    `${BASELINE},prometheus-2,0,DOWN 1/2`,
    `${BASELINE},BACKEND,0,UP`,
  ].join('\n');
  expect(Object.fromEntries(parseStat(csv, BASELINE))).toEqual({ 'prometheus-1': true, 'prometheus-2': false });
  expect(() => parseStat('nonsense', BASELINE)).toThrow('no column');
  const nodes = {
    arn: 'arn:nodes',
    name: 'nodes',
    ofInstances: true,
    sticky: true,
    keepsClients: false,
    healthCheck: { path: '/-/ready', port: 9090, intervalMs: 5_000, timeoutMs: 2_000, fall: 2, rise: 2 },
    targets: [{ id: 'i-1', name: 'n1', address: '10.0.0.1', port: 9090 }],
  };
  const [, rule] = renderBaseline(nodes, '/s').split(`backend ${BASELINE}`);
  expect(rule).toContain('inter 2s fall 3 rise 2');
});

describe('measurements', () => {
  const crash = SCENARIOS.find((s) => s.name === 'primary-crash')!;
  const nothing = {
    missed: 0,
    duplicates: 0,
    falselyResolved: 0,
    spurious: 0,
    findings: [],
    startsOff: new Map([['DrillFor30s', 400]]),
  };
  const evidence: Evidence = {
    struckAt: 100_000,
    undoneAt: 125_000,
    seen: { haproxyDownAt: 105_000, brokeGlassAt: null, openedAt: 101_100, acceptedAt: 101_110 },
    assignedAt: 101_000,
    epochs: 1,
    oracleIncidents: 3,
    ours: nothing,
    plain: null,
    gates: { noneMs: 100, severalMs: 0 },
    healedGateClosedAt: null,
    missing: new Map(),
  };

  test('times count from the fault, in seconds', () => {
    expect(measure(crash, evidence)).toMatchObject({
      noticed: 1,
      gateOpened: 1.1,
      accepted: 1.11,
      haproxyNoticed: 5,
      noticedToHaproxy: 0.2,
      forTimerOff: 0.4,
      noGateOpen: 0.1,
    });
  });

  test('what did not happen is null, not zero', () => {
    const seen = { haproxyDownAt: null, brokeGlassAt: null, openedAt: null, acceptedAt: null };
    expect(
      measure(crash, { ...evidence, seen, assignedAt: null, ours: { ...nothing, startsOff: new Map() } }),
    ).toMatchObject({
      noticed: null,
      accepted: null,
      noticedToHaproxy: null,
      forTimerOff: null,
    });
  });

  test('breaking the glass is noticing, before it is written down', () => {
    const seen = { ...evidence.seen, brokeGlassAt: 112_000 };
    expect(measure(crash, { ...evidence, seen, assignedAt: 126_000 }).noticed).toBe(12);
  });

  test('where nobody scrapes for a while, it is told for how long', () => {
    const both = SCENARIOS.find((s) => s.name === 'both-crash')!;
    const missing = new Map([
      ['a', 2],
      ['b', 3],
    ]);
    expect(measure(both, { ...evidence, missing })).toMatchObject({ samplesMissing: 5, unscraped: 3 });
    expect(measure(crash, { ...evidence, missing })).not.toHaveProperty('unscraped');
  });

  test('a partition is compared with the plain pair and judged by its repair', () => {
    const partition = SCENARIOS.find((s) => s.name === 'primary-partition')!;
    const plain = { ...nothing, duplicates: 1 };
    const ours = { ...nothing, duplicates: 3 };
    expect(measure(partition, { ...evidence, ours, plain, healedGateClosedAt: 126_500 })).toMatchObject({
      plainPairDuplicates: 1,
      duplicatesBeyondPlainPair: 2,
      healedGateClosed: 1.5,
    });
  });
});

test('the plain pair gets the addresses below the runner’s own', () => {
  expect(freeAddresses('10.77.15.254', 2)).toEqual(['10.77.15.253', '10.77.15.252']);
  expect(freeAddresses('10.77.1.0', 1)).toEqual(['10.77.0.255']);
});
