import { reconcileVolume, type VolumeSituation } from '../../../../lib/core/volumes/care';
import { leastFree, needsAnother, troubleOf, type VolumeLook } from '../../../../lib/core/volumes/health';

const SEGMENT = 64 * 2 ** 20;
const GIB = 2 ** 30;
const look = (over: Partial<VolumeLook>): VolumeLook => ({
  pendingMs: null,
  complaint: '',
  freeBytes: 100 * GIB,
  totalBytes: 200 * GIB,
  ...over,
});
const trouble = (over: Partial<VolumeLook>): ReturnType<typeof troubleOf> => troubleOf(look(over), 10_000, SEGMENT);

describe('what a look at a volume says', () => {
  test.each([
    ['nothing, when a write went through and there is room', {}, null],
    ['nothing, while a write may only be slow', { pendingMs: 9_999 }, null],
    ['stalled, when it has not come back', { pendingMs: 10_000 }, 'stalled'],
    ['stalled, whatever the look before said', { pendingMs: 10_000, complaint: 'Input/output error' }, 'stalled'],
    ['read-only', { complaint: 'dd: failed to open: Read-only file system' }, 'read-only'],
    ['full, when the write found no room', { complaint: 'dd: No space left on device' }, 'full'],
    ['full, before that: Prometheus needs room too', { freeBytes: 3 * GIB }, 'full'],
    ['gone, whatever else fails', { complaint: 'dd: fsync failed: Input/output error' }, 'gone'],
    ['nothing, when just enough is free', { freeBytes: 4 * GIB }, null],
    ['nothing, when its size is not known', { freeBytes: 0, totalBytes: null }, null],
    ['nothing, when only its size is known', { freeBytes: null }, null],
    ['nothing, when how much is free is not known', { freeBytes: null, totalBytes: null }, null],
  ] as const)('%s', (_, over, expected) => {
    expect(trouble(over)).toBe(expected);
  });

  it('three segments or 2 % have to be free, whichever is more', () => {
    expect(leastFree(2 * GIB, SEGMENT)).toBe(3 * SEGMENT);
    expect(leastFree(200 * GIB, SEGMENT)).toBe(4 * GIB);
  });

  it('another volume helps against all but being full', () => {
    expect((['stalled', 'read-only', 'gone', 'full', null] as const).map(needsAnother)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('what a node does about its volume', () => {
  const situation = (over: Partial<VolumeSituation>): VolumeSituation => ({
    self: 'i-1',
    mounted: 'vol-1',
    trouble: 'gone',
    asks: null,
    newest: { id: 'vol-1', generation: 1, attachedTo: 'i-1' },
    alerts: false,
    isHealthy: false,
    alone: false,
    remounted: false,
    ...over,
  });
  const newer = { id: 'vol-2', generation: 2, attachedTo: null };

  test.each([
    ['nothing, when it serves', { trouble: null }, 'nothing'],
    ['nothing, when it is full: another one would be as full', { trouble: 'full' }, 'nothing'],
    ['waits, while it alerts and works: another one has to do that first', { alerts: true, isHealthy: true }, 'wait'],
    ['mounts it anew first', {}, 'swap'],
    ['asks, when that did not help', { remounted: true }, 'ask'],
    ['asks, when EC2 knows of none', { newest: null }, 'ask'],
    ['asks, when it is stalled: mounting it anew would hang as well', { trouble: 'stalled' }, 'ask'],
    ['takes a newer one', { newest: newer, trouble: 'stalled', remounted: true }, 'swap'],
    ['asks, when its files cannot be repaired', { trouble: null, asks: 'the WAL is gone' }, 'ask'],
    ['takes a newer one then', { trouble: null, asks: 'the WAL is gone', newest: newer }, 'swap'],
    [
      'waits, while it works and no other node does: nobody would answer meanwhile',
      { trouble: null, asks: 'the WAL is gone', newest: newer, isHealthy: true, alone: true },
      'wait',
    ],
    [
      'takes a newer one, alone or not, when it does not work anyway',
      { trouble: null, asks: 'the WAL is gone', newest: newer, alone: true },
      'swap',
    ],
    [
      'takes a newer one, alone or not, when its volume is gone: what it scrapes is lost',
      { newest: newer, isHealthy: true, alone: true },
      'swap',
    ],
  ] as const)('%s', (_, over, expected) => {
    const care = reconcileVolume(situation(over));
    expect(care.do).toBe(expected);
    expect(care.because).toMatch(/^[A-Zt].*\.$/);
  });

  test.each([
    ['i-1', 'The volume is gone; it is mounted anew.'],
    [null, 'The volume is gone; it is attached again.'],
  ])('says how it takes the same volume again, attached to %s', (attachedTo, because) => {
    expect(reconcileVolume(situation({ newest: { id: 'vol-1', generation: 1, attachedTo } })).because).toBe(because);
  });
});
