import { referenceKey } from '../../../../lib/contract/documents/secrets';
import {
  forgetOthers,
  learn,
  missingOf,
  NOTHING_KNOWN,
  recall,
  secretsAreDue,
  valueOf,
} from '../../../../lib/core/secrets/known';
import { requestsFor, valuesIn } from '../../../../lib/core/secrets/requests';
import { secretsStatus } from '../../../../lib/core/secrets/status';

const A = { secretsManager: 'a' };
const B = { parameter: '/b' };
const declared = { A, B };
const [KEY_A, KEY_B] = [referenceKey(A), referenceKey(B)];
const at = (elapsed: number): { now: number; elapsed: number } => ({ now: 1_000_000 + elapsed, elapsed });
const both = new Map([
  [KEY_A, { text: 'one' }],
  [KEY_B, { text: 'two' }],
]);

test('each secret is asked for once, in calls as large as the APIs take', () => {
  const many = Array.from({ length: 45 }, (_, i) => ({ secretsManager: `s${i}` }));
  const names = Array.from({ length: 11 }, (_, i) => ({ parameter: `/p${i}` }));
  const { secretIds, parameters } = requestsFor([...many, { secretsManager: 's0', jsonKey: 'k' }, ...names]);
  expect(secretIds.map((ids) => ids.length)).toEqual([20, 20, 5]);
  expect(parameters.map((ids) => ids.length)).toEqual([10, 1]);
});

test('a key of JSON is taken out, and what is wrong with it is said without a word of it', () => {
  const references = ['user', 'port', 'list', 'none'].map((jsonKey) => ({ secretsManager: 's', jsonKey }));
  const json = new Map([['s', { text: '{"user":"u1","port":5432,"list":["hidden"]}' }]]);
  expect([...valuesIn(json, references).values()]).toEqual([
    { text: 'u1' },
    { text: '5432' },
    { because: expect.stringContaining("no text at 'list'") },
    { because: expect.stringContaining("no text at 'none'") },
  ]);
  const text = valuesIn(new Map([['s', { text: 'hidden' }]]), [references[0]!]);
  expect(JSON.stringify([...text])).not.toContain('hidden');
  expect([...valuesIn(new Map(), [B]).values()]).toEqual([{ because: expect.any(String) }]);
});

test('a value that cannot be had stays what it was; one of another reference is another', () => {
  const known = learn(NOTHING_KNOWN, both, at(0));
  const later = learn(
    known,
    new Map([
      [KEY_A, { because: 'away' }],
      [KEY_B, { text: 'new' }],
    ]),
    at(30_000),
  );
  expect([valueOf(later, declared, 'A'), valueOf(later, declared, 'B')]).toEqual(['one', 'new']);
  expect(later.fetchedAt).toBe(known.fetchedAt);
  expect(missingOf(later, { A: { secretsManager: 'a', jsonKey: 'k' } })).toEqual(['A']);
  expect(forgetOthers(later, { B }).values).toEqual({ [KEY_B]: 'new' });
});

test('a copy fills in what is missing, and never what is known', () => {
  const known = learn(NOTHING_KNOWN, new Map([[KEY_A, { text: 'new' }]]), at(0));
  const copy = { version: 1, values: { [KEY_A]: 'old', [KEY_B]: 'two' }, fetchedAt: '2026-01-01T00:00:00Z' } as const;
  expect(recall(known, copy).values).toEqual({ [KEY_A]: 'new', [KEY_B]: 'two' });
});

test('they are asked for at once, then every 30 s, and every 5 s for some minutes while one is missing', () => {
  expect(secretsAreDue(NOTHING_KNOWN, declared, 0, 0)).toBe(true);
  expect(secretsAreDue(NOTHING_KNOWN, {}, 0, 0)).toBe(false);
  const whole = learn(NOTHING_KNOWN, both, at(0));
  expect([29_999, 30_000].map((ms) => secretsAreDue(whole, declared, 0, ms))).toEqual([false, true]);
  const part = (ms: number) => learn(NOTHING_KNOWN, new Map([[KEY_A, { because: 'denied' }]]), at(ms));
  expect([4_999, 5_000].map((ms) => secretsAreDue(part(0), declared, 0, ms))).toEqual([false, true]);
  const late = 5 * 60_000;
  expect([5_000, 30_000].map((ms) => secretsAreDue(part(late), declared, 0, late + ms))).toEqual([false, true]);
});

test('the status names what is missing, why, and who fails for it; and what is not new', () => {
  const known = learn(
    learn(NOTHING_KNOWN, new Map([[KEY_A, { text: 'hidden' }]]), at(0)),
    new Map([
      [KEY_A, { because: 'away' }],
      [KEY_B, { because: 'denied' }],
    ]),
    at(30_000),
  );
  const status = secretsStatus(known, { declared }, new Map([['B', ['receiver pager']]]), {
    copiedAt: null,
    problem: null,
  });
  expect(status).toMatchObject({
    declared: 2,
    missing: [{ name: 'B', because: 'denied', usedBy: ['receiver pager'] }],
    notRenewed: [{ name: 'A', because: 'away' }],
  });
  expect(JSON.stringify(status)).not.toContain('hidden');
});
