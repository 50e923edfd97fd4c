import { countLines } from '../../../../agent/volumes/count-lines';

const count = (script: string, timeoutMs = 0): Promise<number> => countLines('sh', ['-c', script], '{', timeoutMs);

test('lines that begin so are counted, however many there are', async () => {
  expect(await count('echo "{a} 1"; echo no; echo " {b}"; printf "{c} 2"')).toBe(2);
  // 300 MB, which as one text would be refused.
  const line = '{'.padEnd(1_000, 'x');
  expect(await count(`yes '${line}' | head -n 300000`)).toBe(300_000);
}, 60_000);

test('of one that fails it is known what it said, and of one that is ended by whom', async () => {
  await expect(count('echo broken >&2; exit 3')).rejects.toMatchObject({ stderr: 'broken\n', killed: false });
  await expect(count('kill -9 $$')).rejects.toMatchObject({ signal: 'SIGKILL', killed: false });
  await expect(count('exec sleep 60', 200)).rejects.toMatchObject({ signal: 'SIGTERM', killed: true });
  await expect(countLines('/no/such/program', [], '{', 0)).rejects.toThrow(/ENOENT/);
});
