import { DEFAULT_POLICY as policy } from '../../../../lib/contract/documents/policy';
import {
  beginWatch,
  isSilent,
  noteAnswered,
  noteAsked,
  silentForMs,
  type Watching,
} from '../../../../lib/core/failover/silence';
import { ACTIVE, DEAD, decide } from './situation';

const { intervalMs, silentMs } = policy.watch;

describe('for how long a watched node is silent', () => {
  const begun = beginWatch('a', 0);
  const asked = (times: number, from = begun): Watching => {
    let watch = from;
    for (let i = 0; i < times; i += 1) watch = noteAsked(watch, watch.askedAt + intervalMs);
    return watch;
  };
  const silent = (watch: Watching): boolean => isSilent(silentForMs(watch, policy), policy);

  test('as long as it was asked in vain, and not before the bound', () => {
    expect([silentForMs(begun, policy), silentForMs(asked(3), policy)]).toEqual([0, 3 * intervalMs]);
    expect([silent(asked(5)), silent(asked(6))]).toEqual([false, true]);
  });

  test('by the worse of its two programs', () => {
    const watch = asked(6);
    const agentOnly = noteAnswered(watch, 'agent', watch.askedAt, 0);
    expect(silent(agentOnly)).toBe(true);
    expect(silentForMs(noteAnswered(agentOnly, 'prometheus', watch.askedAt, 0), policy)).toBe(0);
  });

  test('an answer counts from when its question was asked: a slow node is as silent as it is slow', () => {
    const watch = asked(6);
    const late = noteAnswered(noteAnswered(watch, 'agent', intervalMs, 5), 'prometheus', intervalMs, 5);
    expect([silentForMs(late, policy), silent(late)]).toEqual([5 * intervalMs, false]);
    // An older answer that comes after it says nothing more.
    expect(noteAnswered(late, 'agent', 0, 6)).toEqual(late);
  });

  test('who stood still while it should have asked knows no more than what it asked', () => {
    const stood = noteAsked(begun, 60_000);
    expect(silentForMs(stood, policy)).toBe(intervalMs);
  });
});

describe('a node that is silent to all', () => {
  const silence = { node: 'a', forMs: silentMs };
  const sees = (forMs: number, node = 'a') => ({ agent: { watch: { node, silentMs: forMs } } });
  const none = { silence, consecutiveFailures: { node: 'a', count: 1 } };

  test('is replaced at once', () => {
    const { to, because } = decide({ a: DEAD, b: sees(silentMs - 2 * intervalMs) }, none);
    expect(to).toBe('b');
    expect(because).toBe(
      'b took over from a: Prometheus is not ready, the agent does not answer, to nobody for 1.2 s.',
    );
  });

  test.each<[string, Parameters<typeof decide>]>([
    ['the caller has not watched for so long', [{ a: DEAD, b: sees(silentMs) }, { ...none, silence: { node: 'a', forMs: silentMs - 1 } }]],
    ['the caller watched somebody else', [{ a: DEAD, b: sees(silentMs) }, { ...none, silence: { node: 'b', forMs: silentMs } }]],
    ['it answers the last probe', [{ a: { ...ACTIVE, scrapeLagMs: 60_000 }, b: sees(silentMs) }, none]],
    ['it answers that probe, and its gate is closed', [{ a: { agent: { gateOpen: false } }, b: sees(silentMs) }, none]],
    ['the standby heard of it', [{ a: DEAD, b: sees(intervalMs) }, none]],
    ['one of two standbys heard of it', [{ a: DEAD, b: sees(silentMs), c: sees(0) }, none]],
    ['the standby watches somebody else', [{ a: DEAD, b: sees(silentMs, 'c') }, none]],
    ['the standby is of a version that watches nobody', [{ a: DEAD, b: {} }, none]],
    ['no other one answers', [{ a: DEAD, b: DEAD }, none]],
  ])('not where %s', (_, seen) => expect(decide(...seen).to).toBeNull()); // prettier-ignore

  test('its Prometheus alone is enough', () => {
    const hangs = { ready: false, scrapeLagMs: null, agent: { gateOpen: true } };
    expect(decide({ a: hangs, b: sees(silentMs) }, none).to).toBe('b');
  });
});
