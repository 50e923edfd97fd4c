import { announcingDue, gistOf, NOT_ANNOUNCED } from '../../../../lib/core/failover/announcing';
import { anAnnouncement } from '../../../fixtures/builders';

const EVERY = 30_000;
const AROUND = { nodes: 2, othersAnswer: true, isSharded: false };
const done = { writtenAt: 0, said: 'x', readAt: 0, listedAt: 0 };
const due = (now: number, over: object = {}, gist = 'x') =>
  announcingDue(done, gist, { ...AROUND, ...over }, EVERY, now);

test('first everything', () => {
  expect(announcingDue(NOT_ANNOUNCED, 'x', AROUND, EVERY, 5)).toEqual({ write: true, read: true, list: true });
});

test('while nothing changes and all answer, every 30 s, and a list every other time', () => {
  expect(due(29_999)).toEqual({ write: false, read: false, list: false });
  expect(due(30_000)).toEqual({ write: true, read: true, list: false });
  expect(due(60_000)).toEqual({ write: true, read: true, list: true });
});

test('a change is written at once', () => {
  expect(due(1, {}, 'y')).toEqual({ write: true, read: false, list: false });
});

test('a peer that does not answer may be elsewhere; who knows nobody looks for somebody', () => {
  expect(due(1, { othersAnswer: false })).toEqual({ write: false, read: true, list: false });
  expect(due(1, { nodes: 1 })).toEqual({ write: false, read: true, list: true });
});

test('what another shard passes on is read in time for the alarm', () => {
  expect(due(15_000, { isSharded: true }).read).toBe(true);
});

test('a clock that was set back keeps nobody silent', () => {
  expect(due(-1)).toEqual({ write: true, read: true, list: true });
});

test("neither time nor the own shard's dead man's switch is a change, another shard's is", () => {
  const gist = (over: object): string => gistOf(anAnnouncement('a', { watchdogs: {}, ...over }), 0);
  const at = '2026-01-01T00:00:09.000Z';
  expect(gist({ at })).toBe(gist({}));
  expect(gist({ watchdogs: { 0: at } })).toBe(gist({}));
  expect(gist({ watchdogs: { 1: at } })).not.toBe(gist({}));
  expect(gist({ address: '10.0.0.99' })).not.toBe(gist({}));
});
