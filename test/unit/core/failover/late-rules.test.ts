import { DEFAULT_POLICY } from '../../../../lib/contract/documents/policy';
import {
  isOutdone,
  lateRules,
  lookAtRules,
  withLook,
  type RuleGroup,
  type RulesLook,
} from '../../../../lib/core/failover/late-rules';
import { aProbe } from '../../../fixtures/builders';

const SECOND = 1_000;
const group = (name: string, intervalMs: number, evaluatedAt: number | null): RuleGroup => ({
  name,
  intervalMs,
  evaluatedAt,
});

test.each<[string, number | null, number | null]>([
  ['just evaluated', 60_000, null],
  ['its evaluation takes as long as its interval', 58_000, null],
  ['and three seconds more', 55_000, null],
  ['its evaluations take several intervals', 50_000, 5_000],
  ['never evaluated: it was just loaded', null, null],
])('a group of every second: %s', (_, evaluatedAt, byMs) => {
  const look = lookAtRules([group('other', SECOND, 59_500), group('a', SECOND, evaluatedAt)], 60_000);
  expect(look).toEqual({ at: 60_000, late: byMs === null ? null : { group: 'a', byMs } });
});

test('late is measured by the interval of each group, and the latest is named', () => {
  const groups = [group('slow', 60_000, 940_000), group('quick', SECOND, 990_000), group('quicker', SECOND, 980_000)];
  expect(lookAtRules(groups, 1_000_000).late).toEqual({ group: 'quicker', byMs: 15_000 });
});

describe('over a window', () => {
  /** A look every 2 s, '!' late, '.' on time. */
  const seen = (looks: string): RulesLook[] =>
    [...looks].reduce<RulesLook[]>(
      (all, one, i) => withLook(all, { at: i * 2_000, late: one === '!' ? { group: 'a', byMs: i } : null }),
      [],
    );

  test.each([
    ['on time', '...............', null],
    ['late every other time, never twice in a row', '.!.!.!.!.!.!.!.!', 15],
    ['late a third of the time', '..!..!..!..!..!', null],
    ['late in all of too few looks', '!!!!!!!', null],
    ['late in all of enough', '!!!!!!!!', 7],
    ['late once, long enough ago', '!!!!!!!!...............', null],
  ])('%s', (_, looks, byMs) => {
    expect(lateRules(seen(looks))).toEqual(byMs === null ? null : { group: 'a', byMs });
  });

  test('a clock that was set back takes what was seen with it', () => {
    expect(withLook([{ at: 50_000, late: null }], { at: 10_000, late: null })).toHaveLength(1);
  });
});

describe('whether another one would do better', () => {
  const late = { group: 'a', byMs: 9_000 };
  const probes = (...all: ReturnType<typeof aProbe>[]) => new Map(all.map((probe) => [probe.node, probe]));
  const active = aProbe('a', { agent: { gateOpen: true, rulesLate: late } });

  test.each([
    ['one whose rules are on time', aProbe('b'), true],
    ['none: its rules are late as well', aProbe('b', { agent: { rulesLate: late } }), false],
    ['none: it could not take over', aProbe('b', { agent: { undiscovered: ['ec2'] } }), false],
    ['none: it does not answer', aProbe('b', { agent: null }), false],
  ])('%s', (_, other, outdone) => {
    expect(isOutdone('a', probes(active, other), DEFAULT_POLICY)).toBe(outdone);
  });

  test('rules on time are outdone by nobody', () => {
    expect(isOutdone('a', probes(aProbe('a', { agent: { gateOpen: true } }), aProbe('b')), DEFAULT_POLICY)).toBe(false);
  });
});
