import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSmokeOptions } from '../../../lib/cli/commands/smoke';
import { Undo } from '../../../lib/cli/smoke/undo';
import { lookUntil } from '../../../lib/cli/smoke/until';
import { SMOKE_STEPS } from '../../../lib/core/smoke/limits';

describe('before anything is done', () => {
  const sandbox = { yesThisIsASandbox: 'x', ask: false };

  test.each([
    ['nobody said that it is a sandbox', { ask: false }, /sandbox/],
    ['another one is the sandbox', { yesThisIsASandbox: 'y', ask: false }, /sandbox/],
    ['nobody can be asked about the mail', { ...sandbox, ask: true }, /--no-ask/],
    ['a part is unknown', { ...sandbox, only: 'failovr' }, /failover/],
    ['the report cannot be written', { ...sandbox, report: '/no/such/dir/x.json' }, /--report/],
  ])('refused: %s', (_, options, what) => {
    expect(() => readSmokeOptions(options, 'x', false)).toThrow(what);
  });
  test('all of it, or some in their order', () => {
    const file = join(tmpdir(), 'smoke.json');
    expect(readSmokeOptions({ ...sandbox, report: file }, 'x', false)).toEqual({
      steps: SMOKE_STEPS,
      ask: false,
      file,
    });
    expect(readSmokeOptions({ ...sandbox, ask: true, only: 'audit, alarm' }, 'x', true)).toEqual({
      steps: ['alarm', 'audit'],
      ask: true,
      file: undefined,
    });
  });
  test('nobody is asked about a mail that is not sent', () => {
    expect(readSmokeOptions({ ...sandbox, ask: true, only: 'audit' }, 'x', false).ask).toBe(false);
  });
});

describe('what has to be taken back', () => {
  const told: string[] = [];
  const one = (what: string, how: () => Promise<void> = async () => void told.push(what)) => ({
    what,
    how,
    byHand: `undo ${what}`,
  });
  beforeEach(() => void told.splice(0));

  test('the last thing first, and what was taken back already is not again', async () => {
    const undo = new Undo();
    undo.defer(one('a'));
    const b = undo.defer(one('b'));
    undo.defer(one('c'));
    await undo.now(b);
    expect(await undo.all(() => undefined)).toEqual([]);
    expect(told).toEqual(['b', 'c', 'a']);
  });
  test('what could not be is tried again at the end, and said with how to do it by hand; the rest goes on', async () => {
    const undo = new Undo();
    undo.defer(one('a'));
    let tries = 0;
    const stuck = undo.defer(one('b', () => Promise.reject(new Error(`try ${++tries}`))));
    await expect(undo.now(stuck)).rejects.toThrow('try 1');
    expect(await undo.all(() => undefined)).toEqual([expect.stringMatching(/NOT TAKEN BACK: b .*try 2.*undo b/)]);
    expect(told).toEqual(['a']);
  });
});

test('looking ends when somebody interrupts, and in time', async () => {
  const stop = new AbortController();
  const looking = lookUntil({ signal: stop.signal, everyMs: 60_000, withinMs: 600_000 }, async () => null);
  stop.abort();
  await expect(looking).rejects.toThrow(/abort/i);
  const { signal } = new AbortController();
  let looks = 0;
  expect(await lookUntil({ signal, everyMs: 1, withinMs: 0 }, async () => (++looks, null))).toBeNull();
  expect(await lookUntil({ signal, everyMs: 1, withinMs: 1_000 }, async () => (++looks > 4 ? looks : null))).toBe(5);
});
