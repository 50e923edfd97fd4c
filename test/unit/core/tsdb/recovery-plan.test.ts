import fc from 'fast-check';
import { finding, KINDS, type CorruptionClass, type Finding } from '../../../../lib/core/tsdb/corruption';
import type { Inventory } from '../../../../lib/contract/documents/agent/inventory';
import { nextRecoveryStep, type RecoveryStep } from '../../../../lib/core/tsdb/recovery-plan';

const ULID = '01ARZ3NDEKTSV4RRFFQ69G5FA0';
const INVENTORY: Inventory = { version: 1, at: '', segments: {}, blocks: {}, notLoadedSince: null };
const found = (corruption: CorruptionClass, index = 0): Finding => {
  const directory = corruption.startsWith('block') ? ULID : corruption.startsWith('head') ? 'chunks_head' : 'wal';
  return finding(corruption, { path: `${directory}/${index}` }, `${corruption} ${index}`);
};
const step = (findings: readonly Finding[], climbed: readonly (string | null)[] = []): RecoveryStep =>
  nextRecoveryStep(findings, INVENTORY, climbed);

test('a clean TSDB is started as it is', () => {
  expect(step([])).toEqual({ do: 'start', because: 'nothing is corrupted' });
});

test('corruption that nothing here repairs does not keep Prometheus from starting', () => {
  expect(step([found('block-content'), found('block-vanished')])).toMatchObject({ do: 'start' });
});

test('corruption is repaired, a few times, before all but the blocks is quarantined', () => {
  const corrupted = [found('wal-corrupt')];
  for (const climbed of [[], [null], [null, 'no space']]) {
    expect(step(corrupted, climbed)).toMatchObject({
      do: 'repair',
      steps: [{ do: 'rewrite-segment' }, expect.anything()],
    });
  }
  expect(step(corrupted, [null, 'no space', null])).toMatchObject({
    do: 'repair',
    because: expect.stringContaining('no space'),
    steps: [{ do: 'quarantine-head' }],
  });
});

test('what a start would destroy is never started on', () => {
  expect(step([found('wal-corrupt')], [null, null, null, 'no space'])).toMatchObject({
    do: 'ask-volume',
    startMeanwhile: false,
    because: expect.stringMatching(/no repair helped \(no space\)/),
  });
});

test('a block that cannot be quarantined costs no head; a start meanwhile harms nothing', () => {
  const block = finding('block-index', { path: ULID }, 'corrupted');
  expect(step([block], ['failed', 'failed', 'failed'])).toMatchObject({ do: 'ask-volume', startMeanwhile: true });
});

test('a file that cannot be read is nothing that this volume can repair', () => {
  const because = expect.stringContaining('cannot be read');
  const found = finding('volume-unreadable', { path: 'wal/00000000' }, 'wal/00000000 cannot be read: EIO');
  expect(step([found])).toEqual({ do: 'ask-volume', startMeanwhile: true, because });
});

/** A node whose repairs work, fail or uncover something else, and whose agent may die after each. */
const anyWorld = fc.record({
  corruption: fc.uniqueArray(
    fc.record({ corruption: fc.constantFrom(...(Object.keys(KINDS) as CorruptionClass[])), index: fc.nat(3) }),
    { maxLength: 6, selector: ({ corruption, index }) => `${corruption} ${index}` },
  ),
  // What each repair does: all of it, nothing (and says so or not), or another corruption appears.
  outcomes: fc.array(fc.constantFrom('works', 'fails', 'lies', 'uncovers'), { minLength: 12, maxLength: 12 }),
  crashAfter: fc.option(fc.nat(3)),
});

test('whatever happens, the ladder ends in a start or a page, climbs, deletes nothing and destroys nothing', () => {
  fc.assert(
    fc.property(anyWorld, ({ corruption, outcomes, crashAfter }) => {
      let findings = corruption.map(({ corruption: kind, index }) => found(kind, index));
      let climbed: (string | null)[] = [];
      for (const [turn, outcome] of outcomes.entries()) {
        const next = step(findings, climbed);
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
        if (outcome === 'works') findings = findings.filter((f) => f.repair === 'none');
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
