import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expireQuarantine, listQuarantine, Quarantine } from '../../../../agent/tsdb/quarantine';

let data: string;
let now: number;
const tsdb = (): string => join(data, 'prometheus');
const open = (incident = 'one'): Quarantine =>
  new Quarantine({ data, tsdb: tsdb(), incident, keepMs: 1_000, now: () => now });
const put = (path: string, text: string): void => writeFileSync(join(tsdb(), path), text);
const kept = (path: string, incident = 'one'): string =>
  readFileSync(join(data, 'quarantine', incident, 'files', path), 'utf8');

beforeEach(() => {
  now = 0;
  data = mkdtempSync(join(tmpdir(), 'promha-aside-'));
  mkdirSync(join(tsdb(), 'wal'), { recursive: true });
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

test('a moved file is gone where it was and named where it is', async () => {
  put('wal/1', 'corrupted');
  await open().move('wal/1', 'because');
  expect(existsSync(join(tsdb(), 'wal/1'))).toBe(false);
  expect(kept('wal/1')).toBe('corrupted');
  expect(await listQuarantine(data)).toMatchObject([
    { incident: 'one', items: [{ path: 'wal/1', kept: 'files/wal/1', how: 'moved', because: 'because' }] },
  ]);
});

test('a copy keeps the old content when the file is replaced, and is made once', async () => {
  put('wal/1', 'corrupted');
  for (let again = 0; again < 2; again += 1) expect(await open().keepCopy('wal/1', 'because')).toBe(true);
  rmSync(join(tsdb(), 'wal/1'));
  put('wal/1', 'repaired');
  expect(kept('wal/1')).toBe('corrupted');
  expect(await listQuarantine(data)).toMatchObject([{ items: [{ path: 'wal/1' }] }]);
});

test('the same file corrupted twice is kept twice', async () => {
  put('wal/1', 'first');
  await open().move('wal/1', 'because');
  put('wal/1', 'second');
  await open().move('wal/1', 'because');
  expect([kept('wal/1'), kept('wal/1.2')]).toEqual(['first', 'second']);
});

test('renames that a killed agent had begun are finished by the next', async () => {
  put('wal/1', 'one');
  put('wal/2', 'two');
  const pairs = [
    { from: 'prometheus/wal/2', to: 'prometheus/wal/5' },
    { from: 'prometheus/wal/1', to: 'prometheus/wal/4' },
  ];
  await open().renameAll(pairs);
  const manifest = join(data, 'quarantine/one/manifest.json');
  // As it was when the first of the two was done.
  writeFileSync(manifest, JSON.stringify({ ...JSON.parse(readFileSync(manifest, 'utf8')), pending: pairs }));
  writeFileSync(join(tsdb(), 'wal/1'), readFileSync(join(tsdb(), 'wal/4')));
  rmSync(join(tsdb(), 'wal/4'));
  await open().finish();
  expect(readFileSync(join(tsdb(), 'wal/4'), 'utf8')).toBe('one');
  expect(readFileSync(join(tsdb(), 'wal/5'), 'utf8')).toBe('two');
});

test('what was kept long enough is removed, and what nobody can name never is', async () => {
  put('wal/1', 'corrupted');
  await open().move('wal/1', 'because');
  mkdirSync(join(data, 'quarantine/nameless'));
  expect(await expireQuarantine(data, 999)).toEqual([]);
  expect(await expireQuarantine(data, 1_000)).toEqual(['one']);
  expect(await listQuarantine(data)).toEqual([{ incident: 'nameless', error: expect.stringContaining('is missing') }]);
});
