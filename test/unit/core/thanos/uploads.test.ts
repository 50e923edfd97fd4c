import fc from 'fast-check';
import {
  bucketComplaint,
  clockComplaint,
  stuckUploads,
  ulidTime,
  uploadAgeMs,
  waitingBlocks,
} from '../../../../lib/core/thanos/uploads';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const id = (time: number): string => {
  let text = '';
  for (let rest = time, i = 0; i < 10; i += 1, rest = Math.floor(rest / 32)) text = ALPHABET[rest % 32] + text;
  return `${text}${'0'.repeat(16)}`;
};
const HOUR = 3_600_000;
const NOW = Date.parse('2026-11-23T12:00:00Z');

test('the time in a block id: a known one, any, and what is none', () => {
  expect(ulidTime('01ARZ3NDEKTSV4RRFFQ69G5FAV')).toBe(1_469_922_850_259);
  fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), (time) => ulidTime(id(time)) === time));
  for (const name of ['wal', 'chunks_head', 'lock', '01ARZ3NDEKTSV4RRFFQ69G5FAV.tmp-for-creation', 'I'.repeat(26)]) {
    expect(ulidTime(name)).toBeNull();
  }
});

const node = { bornAt: NOW - 100 * HOUR, blockDurationMs: 2 * HOUR };

test.each([
  ['the newest counts, whatever the order', { uploaded: [id(NOW - HOUR), id(NOW - 9 * HOUR)], blocks: [] }, HOUR],
  ['uploads that ended long ago are late', { uploaded: [id(NOW - 9 * HOUR)], blocks: [] }, 9 * HOUR],
  ['a node that never uploaded counts from when it could have', { uploaded: [], blocks: [] }, 97 * HOUR],
  ['a new node is not late', { uploaded: [], blocks: [], bornAt: NOW - HOUR }, 0],
  ['a clock that went back makes nothing negative', { uploaded: [id(NOW + HOUR)], blocks: [] }, 0],
])('age of the last upload: %s', (_, change, expected) => {
  expect(uploadAgeMs({ ...node, ...change }, NOW)).toBe(expected);
});

test('blocks that wait are those that the sidecar has not listed', () => {
  const [a, b] = [id(NOW - 4 * HOUR), id(NOW - 2 * HOUR)];
  expect(waitingBlocks({ ...node, uploaded: [a], blocks: [a, b, 'wal'] })).toEqual([b]);
});

test('a block that waits longer than a few tries is told, by its name and age; a new one is not', () => {
  const [old, fresh] = [id(NOW - 11 * 60_000), id(NOW - 9 * 60_000)];
  expect(stuckUploads({ ...node, uploaded: [], blocks: [fresh, old, 'wal'] }, NOW)).toMatch(
    new RegExp(`^block ${old} was made 11 min ago and is not uploaded \\(2 wait\\)`),
  );
  expect(stuckUploads({ ...node, uploaded: [old], blocks: [old, fresh] }, NOW)).toBeNull();
  expect(stuckUploads({ ...node, uploaded: [], blocks: [] }, NOW)).toBeNull();
});

test.each([
  ['agrees', 0, 300, null],
  ['agrees to the second, whose fraction is not told', -999, 300, null],
  ['cannot be told while the answer takes long', -4_000, 5_000, null],
  ['is not known', Number.NaN, 300, null],
  ['is ahead', 3_600_000, 300, /clock of this node is 3600 s behind/],
  ['is behind', -3_600_000, 300, /clock of this node is 3599 s ahead of/],
])("S3's clock %s", (_, offset, takes, said) => {
  const told = clockComplaint({ sentAt: NOW - takes, answeredAt: NOW, serverAt: NOW + offset });
  if (said === null) expect(told).toBeNull();
  else expect(told).toMatch(said);
});

test.each([
  ['NoSuchBucket', /does not exist/],
  ['AccessDenied', /denies access.*role/],
  ['RequestTimeTooSkewed', /clock/],
  ['CredentialsProviderError', /no valid credentials/],
  ['TimeoutError', /does not answer as it should \(TimeoutError: m\)/],
])('%s in words', (name, said) => {
  expect(bucketComplaint('blocks', name, 'm')).toMatch(said);
});
