import { announcingDue, gistOf, NOT_ANNOUNCED } from '../../../../lib/core/failover/announcing';
import { anAnnouncement } from '../../../fixtures/builders';

const EVERY = 30_000;
const AROUND = { nodes: 2, othersAnswer: true, isSharded: false };
const done = { writtenAt: 0, said: 'x', readAt: 0, listedAt: 0 };
const due = (now: number, over: object = {}, gist = 'x') =>
  announcingDue(done, gist, { ...AROUND, ...over }, EVERY, now);

test('first everything', () => {
  expect(announcingDue(NOT_ANNOUNCED, 'x', AROUND, EVERY, 5)).toEqual({ write: true, read: 'all', list: true });
});

test('while nothing changes and all answer, every 30 s, and a list every other time', () => {
  expect(due(29_999)).toEqual({ write: false, read: 'none', list: false });
  expect(due(30_000)).toEqual({ write: true, read: 'all', list: false });
  expect(due(60_000)).toEqual({ write: true, read: 'all', list: true });
});

test('a change is written at once', () => {
  expect(due(1, {}, 'y')).toEqual({ write: true, read: 'none', list: false });
});

test('a peer that does not answer may be elsewhere; who knows nobody looks for somebody', () => {
  expect(due(1, { othersAnswer: false })).toEqual({ write: false, read: 'own shard', list: false });
  expect(due(1, { nodes: 1 })).toEqual({ write: false, read: 'all', list: true });
});

test('in a cluster of 200 nodes, half of them gone, those left read no more than S3 gives', () => {
  const objects = { all: 200, 'own shard': 2, none: 0 };
  let readAt = 0;
  let reads = 0;
  for (let now = 0; now < 60_000; now += 5_000) {
    const { read } = announcingDue(
      { ...done, readAt },
      'x',
      { nodes: 2, othersAnswer: false, isSharded: true },
      EVERY,
      now,
    );
    if (read === 'all') readAt = now;
    reads += objects[read];
  }
  expect((100 * reads) / 60).toBeLessThan(5_500 / 2);
});

test('what another shard passes on is read in time for the alarm', () => {
  expect(due(15_000, { isSharded: true }).read).toBe('all');
});

test('a clock that was set back keeps nobody silent', () => {
  expect(due(-1)).toEqual({ write: true, read: 'all', list: true });
});

test("neither time nor the own shard's dead man's switch is a change, another shard's is", () => {
  const gist = (over: object): string => gistOf(anAnnouncement('a', { watchdogs: {}, ...over }), 0);
  const at = '2026-01-01T00:00:09.000Z';
  expect(gist({ at })).toBe(gist({}));
  expect(gist({ watchdogs: { 0: at } })).toBe(gist({}));
  expect(gist({ watchdogs: { 1: at } })).not.toBe(gist({}));
  expect(gist({ address: '10.0.0.99' })).not.toBe(gist({}));
});
