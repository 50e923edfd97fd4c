import { requireMode, requireThanos } from '../../../../local/drills/drill';
import { judgeDrill, judgeRun, median } from '../../../../local/drills/judge/judge';
import { FAILOVERS } from '../../../../local/drills/failover/failover-scenarios';
import { limitsOf } from '../../../../local/drills/judge/limits';
import { renderRun, renderSummary } from '../../../../local/drills/judge/report';
import { check, type Measurements, type RunResult } from '../../../../lib/contract/check';
import { SCENARIOS, scenariosOf } from '../../../../local/drills/scenarios';

const scenario = (name: string): (typeof SCENARIOS)[number] => SCENARIOS.find((s) => s.name === name)!;
const crash = scenario('primary-crash');

/** Measurements that meet every limit of the scenario. */
const good = (name: string): Record<string, number | null> =>
  Object.fromEntries(limitsOf(scenario(name)).map((l) => [l.measurement, l.limit]));
const run = (name: string, measurements: Measurements): RunResult => ({
  measurements,
  checks: judgeRun(scenario(name), measurements),
  findings: [],
});

test('the scenarios that the issue names', () => {
  expect(SCENARIOS.map((s) => s.name)).toEqual([
    'primary-crash',
    'primary-hang',
    'agent-crash',
    'primary-host-loss',
    'primary-partition',
    'standby-crash',
    'alertmanager-down',
    'alertmanagers-down',
    'control-plane-down',
    'assignment-store-down',
    'double-trigger',
    'alarm-only',
    'alarm-rings-already',
    'flap',
    'packet-loss',
    'one-way-out',
    'one-way-in',
    'alertmanager-hang',
    'vm-pause',
    'cut-from-s3-only',
    'agent-pause',
    'loop-stall',
    'lying-node',
    'lying-standby',
    'both-crash',
    'host-loss-then-crash',
    'zone-loss',
    'keep-firing',
    'empty-volume-switchover',
    'wal-flip',
    'wal-truncate',
    'wal-hole',
    'wal-tail',
    'wal-checkpoint',
    'chunks-head',
    'block-meta',
    'block-index',
    'both-damaged',
    'volume-gone',
    'volume-gone-active',
    'bad-snapshot',
    'disk-full',
    'volume-stall',
    'both-disks-fill',
    'rolling-deploy',
    'bad-deploy',
    'bad-config',
    'bad-rules',
    'add-replica',
    'add-shard',
    'switchover',
    'pause',
    'operator-machines',
    'redis-down',
    'alert-storm',
    'query-of-death',
    'load-spike',
    'bad-target',
    'query-path-crash',
    'query-path-hang',
    'thanos-down',
    'thanos-down-unwatched',
    'store-down',
    'blocks-move',
    'compactor-crash',
  ]);
});

test('the promised limits', () => {
  const limit = (name: string, measurement: string): number | undefined =>
    limitsOf(scenario(name)).find((l) => l.measurement === measurement)?.limit;
  expect(limit('primary-crash', 'accepted')).toBe(4);
  for (const name of ['primary-hang', 'primary-host-loss', 'primary-partition', 'agent-crash', 'double-trigger'])
    expect(limit(name, 'accepted')).toBe(6);
  for (const name of ['control-plane-down', 'assignment-store-down']) expect(limit(name, 'accepted')).toBe(30);
  expect(limit('primary-crash', 'noticedToHaproxy')).toBe(0.5);
  expect(limit('primary-host-loss', 'noticedToHaproxy')).toBe(1.3);
  expect(limit('primary-partition', 'healedGateClosed')).toBe(5);
  expect(limit('standby-crash', 'epochs')).toBe(0);
  expect(limit('query-path-crash', 'accepted')).toBe(4);
  expect(limit('query-path-crash', 'queriesFailed')).toBe(0);
  expect(limit('query-path-crash', 'thanosMissing')).toBe(0);
  expect(limit('query-path-crash', 'deduplicatedMissing')).toBe(0);
  expect(limit('query-path-hang', 'querySlowest')).toBe(2);
  expect(limit('thanos-down', 'listenerChanged')).toBe(9);
  expect(limit('thanos-down', 'answeredByNodes')).toBe(90);
  for (const measurement of ['failedAfterSwitch', 'failedOnReturn', 'answersDiffering'])
    expect(limit('thanos-down', measurement)).toBe(0);
  expect(limit('compactor-crash', 'compactorsAtOnce')).toBe(1);
  for (const { name } of scenariosOf('corruption')) {
    expect(limit(name, 'corruptionFound')).toBe(15);
    expect(limit(name, 'readyAgain')).toBe(30);
    for (const measurement of ['corruptionLeft', 'lostOnBothNodes', 'epochs']) expect(limit(name, measurement)).toBe(0);
  }
  for (const { name } of [...scenariosOf('corruption'), ...scenariosOf('both-damaged')])
    expect(limit(name, 'secondsMissingAfterBackfill')).toBe(2);
  expect(limit('both-damaged', 'bothDown')).toBe(0);
  for (const name of ['blocks-move', 'compactor-crash'])
    for (const measurement of ['historyWrong', 'blocksOverlapping']) expect(limit(name, measurement)).toBe(0);
  for (const name of ['thanos-down', 'store-down', 'blocks-move', 'compactor-crash'])
    expect(limit(name, 'epochs')).toBe(0);
  for (const { name } of scenariosOf('gray')) expect(limit(name, 'epochs')).toBe(2);
  for (const { name, plainPair, mayMove, unscrapedS } of SCENARIOS) {
    expect(limit(name, 'missed')).toBe(0);
    // Nobody repeats an alert for so long that it is ended and told anew: seen, and not promised.
    const repeats = name.startsWith('alarm-') ? undefined : 0;
    expect(limit(name, 'falselyResolved')).toBe(repeats);
    expect(limit(name, unscrapedS === undefined ? 'samplesMissing' : 'unscraped')).toBe(unscrapedS ?? 0);
    expect(limit(name, 'forTimerOff')).toBe(1 + (unscrapedS ?? 0));
    expect(
      limit(
        name,
        plainPair ? (mayMove === true ? 'needlessBeyondPlainPair' : 'duplicatesBeyondPlainPair') : 'duplicates',
      ),
    ).toBe(repeats);
  }
});

describe.each(SCENARIOS.map((s) => s.name))('%s', (name) => {
  test('passes at its limits', () => {
    expect(judgeDrill(scenario(name), [run(name, good(name))]).passed).toBe(true);
  });

  // A check that cannot fail is a defect.
  test.each(limitsOf(scenario(name)).map((l) => [l.measurement, l] as const))('fails by %s alone', (measurement, l) => {
    const beyond = l.rule === 'at least' ? l.limit - 1 : l.limit + 0.01;
    for (const value of [beyond, null, NaN]) {
      const bad = run(name, { ...good(name), [measurement]: value });
      expect(bad.checks.filter((c) => !c.passed).map((c) => c.name)).toEqual([measurement]);
      expect(judgeDrill(scenario(name), [run(name, good(name)), bad]).passed).toBe(false);
    }
  });
});

test('exactly one epoch: none is as wrong as two', () => {
  expect(check('epochs', 0, 'exactly', 1, '').passed).toBe(false);
  expect(check('epochs', 2, 'exactly', 1, '').passed).toBe(false);
});

test('the median is judged from five runs on', () => {
  const slow = run('primary-crash', { ...good('primary-crash'), accepted: 3 });
  const fast = run('primary-crash', { ...good('primary-crash'), accepted: 1 });
  expect(judgeDrill(crash, [slow, slow, slow, slow]).passed).toBe(true);
  expect(judgeDrill(crash, [slow, slow, slow, fast, fast]).passed).toBe(false);
  expect(judgeDrill(crash, [slow, slow, fast, fast, fast]).passed).toBe(true);
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

test('a run that broke off fails the drill, and so does no run at all', () => {
  const broken: RunResult = { measurements: {}, checks: [], findings: [], error: 'the system does not come to rest' };
  const result = judgeDrill(crash, [run('primary-crash', good('primary-crash')), broken]);
  expect(result.passed).toBe(false);
  expect(judgeDrill(crash, []).passed).toBe(false);
  expect(renderRun(2, 2, broken)).toContain('does not come to rest');
});

test('the report says what failed and the JSON keeps its shape', () => {
  const bad = run('primary-crash', { ...good('primary-crash'), missed: 2, accepted: null });
  const result = judgeDrill(crash, [bad]);
  const text = renderRun(1, 1, bad);
  expect(text).toMatch(/FAIL\s+2\s+notifications missed\s+\(at most 0\)/);
  expect(text).toMatch(/FAIL\s+none s/);
  expect(renderSummary(result)).toContain('primary-crash: FAILED');
  expect(JSON.parse(JSON.stringify(result))).toMatchObject({
    scenario: 'primary-crash',
    passed: false,
    runs: [
      {
        measurements: { missed: 2 },
        checks: expect.arrayContaining([
          expect.objectContaining({ name: 'missed', passed: false, value: 2, limit: 0, unit: 'notifications' }),
        ]),
      },
    ],
    summary: { measurements: { missed: { median: 2, worst: 2 } } },
  });
});

test('a scenario that cuts hosts off refuses loopback', () => {
  expect(() => requireMode(scenario('primary-partition'), 'loopback', 'not root')).toThrow('not root');
  expect(() => requireMode(scenario('primary-partition'), 'namespaces', '')).not.toThrow();
  for (const s of SCENARIOS.filter((x) => !x.needsNamespaces))
    expect(() => requireMode(s, 'loopback', '')).not.toThrow();
});

test('a scenario of Thanos refuses a system without it', () => {
  expect(() => requireThanos(scenario('thanos-down'), { urls: {} })).toThrow('does not run here');
  for (const s of SCENARIOS) expect(() => requireThanos(s, { urls: { 'thanos query': 'x' } })).not.toThrow();
  for (const s of FAILOVERS) expect(() => requireThanos(s, { urls: {} })).not.toThrow();
});

test('query-path is both of them; other names are one scenario, or none', () => {
  expect(scenariosOf('query-path').map((s) => s.takeover)).toEqual(['crash', 'silence']);
  for (const s of SCENARIOS) expect(scenariosOf(s.name)).toEqual([s]);
  expect(scenariosOf('primary')).toEqual([]);
  expect(scenariosOf('')).toEqual([]);
});
