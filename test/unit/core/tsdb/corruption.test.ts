import { UserError } from '../../../../lib/contract/errors';
import type { CorruptionClass } from '../../../../lib/core/tsdb/corruption';
import { INVENTORY } from '../../../../lib/contract/documents/agent/inventory';
import { QUARANTINE_MANIFEST } from '../../../../lib/contract/documents/quarantine';
import { dueForDeepRead, forget } from '../../../../lib/core/tsdb/inventory';
import { judge } from '../../../../lib/core/tsdb/judge';
import { planRepairs } from '../../../../lib/core/tsdb/repair-steps';
import type { ScrubPass, SeenSegment } from '../../../../lib/core/tsdb/seen';
import { isExpired, newManifest } from '../../../../lib/core/tsdb/quarantine';
import { A, B, block, C, checkpoint, classes, HOUR, look, meta, RUNNING, seen, segment, STOPPED } from './pass';

describe('a WAL that lives', () => {
  test('grows, gets segments, a checkpoint, and loses what that stands for', () => {
    const judged = look(
      RUNNING,
      seen([segment(0), segment(1, { bytes: 500, tornAt: 400 })]),
      seen([segment(0), segment(1), segment(2, { bytes: 0, begin: { bytes: 0, crc: 0 }, records: 0 })]),
      seen([segment(0), segment(1), segment(2)], {}, checkpoint(1)),
      seen([segment(2), segment(3)], {}, checkpoint(1)),
    );
    expect(judged.findings).toEqual([]);
  });
  test('an end that is cut off is being written; not so when nobody writes', () => {
    const torn = seen([segment(0), segment(1, { tornAt: 900 })]);
    expect(classes(look(RUNNING, torn))).toEqual([]);
    expect(classes(look(STOPPED, torn))).toEqual(['wal-torn-tail']);
  });
});

describe('what the files alone show', () => {
  const spots = [{ offset: 7, what: 'the checksum of a record does not match' }];
  test.each<[CorruptionClass, ScrubPass]>([
    ['wal-corrupt', seen([segment(0, { spots }), segment(1)])],
    ['wal-corrupt', seen([segment(0, { tornAt: 5 }), segment(1)])],
    ['wal-segment-missing', seen([segment(0), segment(2)])],
    ['wal-segment-missing', seen([segment(1), segment(2)])],
    ['checkpoint-missing', seen([segment(2), segment(3)])],
    ['checkpoint-corrupt', seen([segment(2)], {}, checkpoint(1, { spots }))],
    ['checkpoint-corrupt', seen([segment(2)], {}, checkpoint(1, { tornAt: 5 }))],
    ['checkpoint-emptied', seen([segment(2)], {}, checkpoint(1, { bytes: 0, records: 0 }))],
    ['wal-behind-checkpoint', seen([segment(0), segment(1)], {}, checkpoint(1))],
    ['block-index', seen([], { blocks: [block(A, 1, { spots: [{ ...spots[0]!, part: 'index', path: 'i' }] })] })],
    ['block-meta', seen([], { blocks: [block(A, 1, { meta: { problem: 'is empty' } })] })],
    ['volume-unreadable', seen([segment(0)], { unreadable: [{ path: 'wal/00000001', code: 'EIO' }] })],
  ])('%s', (corruption, pass) => {
    expect(classes(look(RUNNING, pass))).toEqual([corruption]);
  });
});

describe('what only the memory shows', () => {
  const whole = seen([segment(0), segment(1), segment(2)]);
  test.each<[string, SeenSegment[]]>([
    ['a segment emptied', [segment(0), segment(1, { bytes: 0, begin: { bytes: 0, crc: 0 }, records: 0 }), segment(2)]],
    ['the last one gone', [segment(0), segment(1)]],
    ['the end filled with zeros', [segment(0), segment(1), segment(2, { zerosFrom: 500_000 })]],
    ['another file under the same name', [segment(0), segment(1, { begin: { bytes: 64, crc: 99 } }), segment(2)]],
  ])('%s, and it stays found at every further pass', (_, segments) => {
    expect(classes(look(RUNNING, whole, seen(segments), seen(segments)))).toEqual(['wal-shrunk']);
  });
  test('until it is repaired', () => {
    const judged = look(RUNNING, whole, seen([segment(0), segment(1)]));
    const inventory = forget(judged.inventory, ['wal/00000002']);
    expect(judge(inventory, seen([segment(0), segment(1)]), STOPPED).findings).toEqual([]);
  });
  test('the whole WAL gone', () => {
    expect(classes(look(RUNNING, whole, seen([], { wal: null })))).toEqual(['wal-missing']);
  });
  test('a file that cannot be read is not gone', () => {
    const unreadable = [{ path: 'wal/00000001', code: 'EIO' }];
    expect(classes(look(RUNNING, whole, seen([segment(0), segment(2)], { unreadable })))).toEqual([
      'volume-unreadable',
    ]);
  });
});

describe('blocks', () => {
  const two = seen([], { blocks: [block(A, 0), block(B, 2)] });
  test('may go into a compacted one, or out of retention', () => {
    const parents = meta(0, { sources: [A, B] });
    expect(look(RUNNING, two, seen([], { blocks: [block(C, 0, { meta: parents })] })).findings).toEqual([]);
    const late = block(C, 30);
    expect(look(RUNNING, two, seen([], { blocks: [block(B, 10), late] })).findings).toEqual([]);
  });
  test('may not go otherwise', () => {
    expect(classes(look(RUNNING, two, seen([], { blocks: [block(B, 2)] })))).toEqual(['block-vanished']);
  });
  test('of which Prometheus has not loaded all are told of after three minutes', () => {
    const context = { ...RUNNING, blocksLoaded: 1 };
    const after = (ms: number): ScrubPass => ({ ...two, at: two.at + ms });
    expect(classes(look(context, two, after(100_000)))).toEqual([]);
    expect(classes(look(context, two, after(100_000), after(200_000)))).toEqual(['block-not-loaded']);
  });
  test('get back the meta.json that was remembered', () => {
    const judged = look(
      RUNNING,
      two,
      seen([], { blocks: [block(A, 0, { meta: { problem: 'is empty' } }), block(B, 2)] }),
    );
    expect(planRepairs(judged.findings, judged.inventory)).toEqual([
      { do: 'restore-meta', ulid: A, text: meta(0).text, because: expect.any(String) },
    ]);
  });
  test('are read in full in turn: first what never was', () => {
    const { inventory } = look(RUNNING, seen([], { blocks: [block(A, 0, { deep: true }), block(B, 2), block(C, 4)] }));
    expect([...dueForDeepRead(inventory, HOUR, 1, 101 * HOUR)]).toEqual([B]);
    expect([...dueForDeepRead(inventory, HOUR, 9, 101 * HOUR)]).toEqual([B, C, A]);
    expect([...dueForDeepRead(inventory, 2 * HOUR, 9, 101 * HOUR)]).toEqual([B, C]);
  });
});

test('a repair that loses names of series ends with a guard of their numbers, and once', () => {
  const spots = [{ offset: 7, what: 'wrong' }];
  const judged = look(STOPPED, seen([segment(0, { spots }), segment(1), segment(3, { tornAt: 3 })]));
  expect(planRepairs(judged.findings, judged.inventory).map((step) => step.do)).toEqual([
    'rewrite-segment',
    'rewrite-segment',
    'fill-gap',
    'guard-references',
  ]);
  expect(planRepairs(look(STOPPED, seen([segment(0, { tornAt: 3 })])).findings, null).map((step) => step.do)).toEqual([
    'rewrite-segment',
  ]);
});

describe('documents', () => {
  test('the inventory survives its file', () => {
    const { inventory } = look(RUNNING, seen([segment(0)], { blocks: [block(A, 0)] }));
    expect(INVENTORY.parse(INVENTORY.serialize(inventory), 'f')).toEqual(inventory);
  });
  test.each(['', '{', 'null', '{"version":2}', '{"version":1,"at":"x"}'])('an inventory like %j is refused', (text) => {
    expect(() => INVENTORY.parse(text, 'f')).toThrow(UserError);
  });
  test('what was quarantined expires, unless a rename is still pending', () => {
    const manifest = newManifest('i', 0, HOUR);
    expect(isExpired(QUARANTINE_MANIFEST.parse(QUARANTINE_MANIFEST.serialize(manifest), 'f'), HOUR)).toBe(true);
    expect(isExpired(manifest, HOUR - 1)).toBe(false);
    expect(isExpired({ ...manifest, pending: [{ from: 'a', to: 'b' }] }, HOUR)).toBe(false);
    expect(() => QUARANTINE_MANIFEST.parse('{"version":1}', 'f')).toThrow('unusable');
  });
});
