import { fnvHash, xxHash } from '../../../../lib/core/moving/alert-hash';
import { hashUsed, logIn, stateOf, translate, withHashes } from '../../../../lib/core/moving/notification-log';
import { bytesField, concatenated, numbersIn, varintOf } from '../../../../lib/core/moving/protobuf';

/** Of the log of an Alertmanager 0.34.1 that has told of two alerts, each in a group. */
const DATA =
  '550a460a1a7b7d2f7b613d2262227d3a7b616c6572746e616d653d2259227d12100a0570616765721207776562686f6f6b2a0b08fa80afd80610' +
  '8895c0703209f4d1dcadca81c8bc5f120b08fae1b0d806108895c0704d0a3e0a127b7d3a7b616c6572746e616d653d2258227d12100a05706167' +
  '65721207776562686f6f6b2a0b08fa80afd80610b3c9f6703209928c93f3e8dcecdc46120b08fae1b0d80610b3c9f670';
const part = (key: string, data: Uint8Array): Uint8Array =>
  bytesField(1, concatenated([bytesField(1, Buffer.from(key)), bytesField(2, data)]));
const STATE = concatenated([part('sil', new Uint8Array()), part('nfl', Buffer.from(DATA, 'hex'))]);

const X = { alertname: 'X', instance: 'i' };
const Y = { alertname: 'Y', a: 'b', i: 'ü' };

test('the log of a real Alertmanager is read, and which hash it writes', () => {
  const entries = logIn(STATE);
  expect(entries.map(({ groupKey, firing }) => [groupKey, firing])).toEqual([
    ['{}/{a="b"}:{alertname="Y"}', [xxHash(Y)]],
    ['{}:{alertname="X"}', [xxHash(X)]],
  ]);
  expect(hashUsed(entries, [X])).toBe(xxHash);
  expect(hashUsed(entries, [{ alertname: 'Another' }])).toBeNull();
});

test('hashes are those of the field', () => {
  // As GET /api/v2/alerts says.
  expect(fnvHash(X).toString(16)).toBe('107e9abdc91db4e2');
  expect(fnvHash(Y).toString(16)).toBe('33d6a4f2bee79164');
});

test('what is written is read again as it was', () => {
  const entries = logIn(STATE);
  expect(logIn(stateOf(entries))).toEqual(entries);
  expect(Buffer.from(stateOf(entries))).toEqual(Buffer.from(part('nfl', Buffer.from(DATA, 'hex'))));
});

test('an entry becomes what the new cluster would have written; what nobody knows is counted, not guessed', () => {
  const labels = (old: Readonly<Record<string, string>>) => ({ ...old, cluster: 'c' });
  const groupKeys = (key: string): string[] => [`{}/${key}`];
  const made = translate(logIn(STATE), { from: xxHash, alerts: [X], labels, groupKeys });
  expect(made.unknown).toBe(1);
  const [y, x] = withHashes(made.entries, fnvHash);
  expect(y).toMatchObject({ groupKey: '{}/{}/{a="b"}:{alertname="Y"}', firing: [] });
  expect(x).toMatchObject({
    groupKey: '{}/{}:{alertname="X"}',
    firing: [fnvHash({ ...X, cluster: 'c' })],
    resolved: [],
  });
  expect(Buffer.from(x!.rest[0]!.bytes).toString()).toContain('webhook');
  expect({ ...x, groupKey: '', firing: [] }).toEqual({ ...logIn(STATE)[1], groupKey: '', firing: [] });
});

test.each([
  ['cut off', STATE.subarray(0, STATE.length - 1)],
  ['no message', Uint8Array.from([0xff, 0xff])],
])('a state that is %s is refused', (_, state) => {
  expect(() => logIn(state)).toThrow(RangeError);
});

test('numbers are read packed and one by one', () => {
  const one = { number: 6, wire: 0, value: 7n, bytes: new Uint8Array(), whole: new Uint8Array() };
  const packed = { ...one, wire: 2, bytes: concatenated([varintOf(1), varintOf(300)]) };
  expect(numbersIn([one, packed], 6)).toEqual([7n, 1n, 300n]);
});
