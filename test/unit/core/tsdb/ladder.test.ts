import fc from 'fast-check';
import { finding, KINDS, type DamageClass, type Finding } from '../../../../lib/core/tsdb/damage';
import type { Inventory } from '../../../../lib/contract/documents/agent-files';
import { nextRung, type Rung } from '../../../../lib/core/tsdb/ladder';

const ULID = '01ARZ3NDEKTSV4RRFFQ69G5FA0';
const INVENTORY: Inventory = { version: 1, at: '', segments: {}, blocks: {}, notLoadedSince: null };
const found = (damage: DamageClass, index = 0): Finding => {
  const directory = damage.startsWith('block') ? ULID : damage.startsWith('head') ? 'chunks_head' : 'wal';
  return finding(damage, { path: `${directory}/${index}` }, `${damage} ${index}`);
};
const rung = (findings: readonly Finding[], climbed: readonly (string | null)[] = []): Rung =>
  nextRung(findings, INVENTORY, climbed);

test('a clean TSDB is started as it is', () => {
  expect(rung([])).toEqual({ do: 'start', because: 'nothing is damaged' });
});

test('damage that nothing here mends does not keep Prometheus from starting', () => {
  expect(rung([found('block-content'), found('block-vanished')])).toMatchObject({ do: 'start' });
});

test('damage is mended, a few times, before all but the blocks is set aside', () => {
  const damaged = [found('wal-corrupt')];
  for (const climbed of [[], [null], [null, 'no space']]) {
    expect(rung(damaged, climbed)).toMatchObject({ do: 'mend', steps: [{ do: 'rewrite-segment' }, expect.anything()] });
  }
  expect(rung(damaged, [null, 'no space', null])).toMatchObject({
    do: 'mend',
    because: expect.stringContaining('no space'),
    steps: [{ do: 'set-aside-head' }],
  });
});

test('what a start would destroy is never started on', () => {
  expect(rung([found('wal-corrupt')], [null, null, null, 'no space'])).toMatchObject({
    do: 'ask-volume',
    startMeanwhile: false,
    because: expect.stringMatching(/no mend helped \(no space\)/),
  });
});

test('a block that cannot be set aside costs no head; a start meanwhile harms nothing', () => {
  const block = finding('block-index', { path: ULID }, 'damaged');
  expect(rung([block], ['failed', 'failed', 'failed'])).toMatchObject({ do: 'ask-volume', startMeanwhile: true });
});

test('a file that cannot be read is nothing that this volume can mend', () => {
  const because = expect.stringContaining('cannot be read');
  const found = finding('volume-unreadable', { path: 'wal/00000000' }, 'wal/00000000 cannot be read: EIO');
  expect(rung([found])).toEqual({ do: 'ask-volume', startMeanwhile: true, because });
});

/** A node whose mends work, fail or uncover something else, and whose agent may die after each. */
const anyWorld = fc.record({
  damage: fc.uniqueArray(
    fc.record({ damage: fc.constantFrom(...(Object.keys(KINDS) as DamageClass[])), index: fc.nat(3) }),
    { maxLength: 6, selector: ({ damage, index }) => `${damage} ${index}` },
  ),
  // What each mend does: all of it, nothing (and says so or not), or another damage appears.
  outcomes: fc.array(fc.constantFrom('works', 'fails', 'lies', 'uncovers'), { minLength: 12, maxLength: 12 }),
  crashAfter: fc.option(fc.nat(3)),
});

test('whatever happens, the ladder ends in a start or a page, climbs, deletes nothing and destroys nothing', () => {
  fc.assert(
    fc.property(anyWorld, ({ damage, outcomes, crashAfter }) => {
      let findings = damage.map(({ damage: kind, index }) => found(kind, index));
      let climbed: (string | null)[] = [];
      for (const [turn, outcome] of outcomes.entries()) {
        const next = rung(findings, climbed);
        if (next.do === 'start') {
          expect(findings.filter((f) => f.ifStarted === 'destroys')).toEqual([]);
          return;
        }
        expect(next.because).not.toBe('');
        if (next.do === 'ask-volume') {
          const destroys = findings.some((f) => f.ifStarted === 'destroys');
          expect(next.startMeanwhile).toBe(!destroys);
          if (destroys) expect(climbed.length).toBeGreaterThan(3);
          return;
        }
        expect(next.steps.length).toBeGreaterThan(0);
        if (outcome === 'works') findings = findings.filter((f) => f.mend === 'none');
        if (outcome === 'uncovers') findings = [found('wal-segment-missing', turn)];
        climbed.push(outcome === 'fails' ? 'no space' : null);
        // The next agent begins at the foot: it finds what is there now.
        if (turn === crashAfter) climbed = [];
      }
      throw new Error('the ladder has no end');
    }),
    { numRuns: 2_000 },
  );
});
