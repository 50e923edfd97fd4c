import {
  beginTrial,
  configToRun,
  judgeTrial,
  type RuleWork,
  type Trial,
  type TrialLook,
} from '../../../../lib/core/rendering/trial';
import type { ConfigPointer } from '../../../../lib/contract/documents/config';

const address = (name: string) => ({ bucket: 'b', key: name, hash: name.repeat(64) });
const [a, b] = [address('a'), address('b')];
const pointer = (more: Partial<ConfigPointer> = {}): ConfigPointer => ({ version: 1, ...b, generation: 7, ...more });
const refused = { by: 'node-2', because: 'it died', at: 8 };
const own = { hash: b.hash, generation: 7, because: 'it died here' };

describe('what a node runs', () => {
  test.each<[string, ConfigPointer, string | null, Parameters<typeof configToRun>[2], string | null, RegExp | null]>([
    ['what was deployed', pointer({ lastGood: a }), a.hash, null, 'b', null],
    ['a new node begins with what is known to be good', pointer({ lastGood: a }), null, null, 'a', null],
    ['unless what was deployed is', pointer({ lastGood: a, goodAt: 8 }), null, null, 'b', null],
    ['the first of a cluster is loaded by all', pointer(), null, null, 'b', null],
    ['what another node refuses nobody runs', pointer({ lastGood: a, refused }), b.hash, null, 'a', /^node-2 refuses/],
    ['nor what this one refuses', pointer({ lastGood: a }), a.hash, own, 'a', /^it died here/],
    ['where nothing is known to be good, what runs goes on', pointer({ refused }), a.hash, null, null, /^node-2/],
    ['of the first of a cluster each node judges for itself', pointer({ refused }), null, null, 'b', /^node-2/],
    ['what is deployed again is tried again', pointer({ lastGood: a, generation: 9 }), a.hash, own, 'b', null],
    ['a refusal of another one is none', pointer({ ...a, lastGood: b }), b.hash, own, 'a', null],
  ])('%s', (_, stands, inForce, refusal, key, because) => {
    const { source, refused: said } = configToRun(stands, inForce, refusal);
    expect(source?.key ?? null).toBe(key);
    if (because === null) expect(said).toBeNull();
    else expect(said).toMatch(because);
  });
});

describe('a trial', () => {
  const WELL_MS = 60_000;
  const work = (load: number, firing = 0, busiest = load): RuleWork => ({ load, firing, busiest });
  const fine: TrialLook = { exits: 0, primed: true, rules: work(0.01), needed: false };
  /** Looks every 3 s, each as the function says, until it is decided; at most five minutes. */
  const run = (look: (at: number) => Partial<TrialLook>, before: RuleWork | null = work(0.01)) => {
    let trial: Trial = beginTrial(b.hash, before, 0);
    for (let at = 0; at <= 400_000; at += 3_000) {
      const decision = judgeTrial(trial, { ...fine, ...look(at) }, WELL_MS, at);
      if (decision.kind !== 'goes-on') return { at, ...decision };
      ({ trial } = decision);
    }
    return { at: null, kind: 'goes-on' as const };
  };

  test('is passed by who was well for so long', () => expect(run(() => ({}))).toEqual({ at: 60_000, kind: 'passed' }));

  test('begins anew when it was not well for a moment', () =>
    expect(run((at) => ({ primed: at !== 30_000 }))).toEqual({ at: 93_000, kind: 'passed' }));

  test('one program that ends makes it begin anew, two end it', () => {
    expect(run((at) => ({ exits: at < 30_000 ? 0 : 1 }))).toEqual({ at: 93_000, kind: 'passed' });
    expect(run((at) => ({ exits: at < 30_000 ? 0 : at < 36_000 ? 1 : 2 }))).toEqual({
      at: 36_000,
      kind: 'refuse',
      because: 'programs ended 2 times with it',
    });
  });

  test('rules ten times as slow end it, and a slow moment does not', () => {
    expect(run(() => ({ rules: work(0.4) }))).toMatchObject({ at: 6_000, because: expect.stringContaining('40 %') });
    expect(run((at) => ({ rules: work(at === 30_000 ? 0.4 : 0.01) }))).toEqual({ at: 93_000, kind: 'passed' });
    expect(run(() => ({ rules: work(0.29) }))).toMatchObject({ kind: 'passed' });
    expect(run(() => ({ rules: work(0.9) }), work(0.1))).toMatchObject({ kind: 'passed' });
  });

  test('so does a group that leaves evaluations out, unless one did before', () => {
    expect(run(() => ({ rules: work(1, 0, 1) }), work(0.9, 0, 0.9))).toMatchObject({ at: 6_000, kind: 'refuse' });
    expect(run(() => ({ rules: work(1, 0, 1) }), work(1, 0, 1))).toMatchObject({ kind: 'passed' });
  });

  test('tenfold alerts end it at once, tenfold of next to nothing do not', () => {
    expect(run(() => ({ rules: work(0, 70) }), work(0, 7))).toEqual({
      at: 0,
      kind: 'refuse',
      because: '70 alerts fire with it, 7 without',
    });
    expect(run(() => ({ rules: work(0, 49) }), work(0, 1))).toMatchObject({ kind: 'passed' });
  });

  test('of what Prometheus does not say nothing is concluded', () => {
    expect(run(() => ({ rules: null }))).toMatchObject({ kind: 'passed' });
    expect(run(() => ({ rules: work(0.5, 500, 0.5) }), null)).toMatchObject({ kind: 'passed' });
  });

  test('who is never well goes back in the end, and at once when no other node works', () => {
    expect(run(() => ({ primed: false }))).toMatchObject({ at: 300_000, kind: 'refuse' });
    expect(run((at) => ({ primed: at < 9_000, needed: at >= 12_000 }))).toMatchObject({ at: 12_000, kind: 'refuse' });
    expect(run(() => ({ needed: true }))).toMatchObject({ kind: 'passed' });
  });
});
