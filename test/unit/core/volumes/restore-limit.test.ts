import { nextRestoreStep } from '../../../../lib/core/volumes/restore';
import type { DataVolume } from '../../../../lib/core/volumes/restore-step';
import type { RestoreRecord } from '../../../../lib/contract/documents/storage';
import { storageReport } from './storage-report';

const START = Date.parse('2026-01-01T00:00:00Z');
const iso = (t: number): string => new Date(t).toISOString();

/** A node that gets well with each restore, and asks again so long after it. Volumes made within a day. */
function aDay(againAfterMs: number): { made: number; record: RestoreRecord } {
  const snapshot = { id: 'snap-1', node: 'a', volumeId: 'vol-1', generation: 1, takenAt: START - 1e6, completed: true };
  const volume = (generation: number): DataVolume => ({
    id: `vol-${generation}`,
    generation,
    available: false,
    kept: false,
    attachedTo: 'i-1',
    zone: 'z',
  });
  let volumes = [volume(1)];
  let record: RestoreRecord | null = null;
  let report = storageReport({ at: iso(START), needsVolume: { since: iso(START), because: 'it is gone' } });
  let made = 0;
  for (let now = START; now < START + 24 * 3_600_000; now += 5_000) {
    const snapshots = [{ ...snapshot, verdict: 'good' as const }];
    const isHealthy = report.needsVolume === null;
    const step = nextRestoreStep(
      { report, record, volumes, snapshots, isHealthy, anotherIsAlerting: true, paused: false },
      now,
    );
    if ('record' in step) record = step.record;
    if (step.do === 'create') volumes = [...volumes, volume(step.generation)];
    if (step.do === 'create') made += 1;
    if (step.do === 'finish') volumes = volumes.map((v) => (step.keep.includes(v.id) ? { ...v, kept: true } : v));
    if (record?.state === 'running' && record.volumeId !== null) {
      report = { ...report, volumeId: record.volumeId, generation: record.generation, needsVolume: null, at: iso(now) };
    } else if (record?.state === 'done' && now - Date.parse(record.endedAt!) > againAfterMs) {
      report = { ...report, at: iso(now), needsVolume: { since: iso(now), because: 'it is gone' } };
    }
  }
  return { made, record: record! };
}

test('a node that gets well with each restore and asks again soon is given up after twelve', () => {
  const { made, record } = aDay(60_000);
  expect(made).toBe(12);
  expect(record.state).toBe('given-up');
  expect(record.because).toMatch(/12 restores of a within 6 h/);
});

test('one that asks again every two hours has a volume each time', () => {
  const { made, record } = aDay(2 * 3_600_000);
  expect(made).toBe(12);
  expect(record.state).not.toBe('given-up');
});
