import { run } from '../../../../local/tools/process/run';

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test('a program that is stopped takes with it all that it started', async () => {
  const stop = new AbortController();
  const pids: number[] = [];
  const script = 'sh -c "trap : TERM INT; while :; do sleep 1; done" & echo $!; echo $$; wait';
  const onLine = (line: string): void => {
    pids.push(Number(line));
    if (pids.length === 2) stop.abort(new Error('stopped by SIGINT'));
  };
  const began = Date.now();
  await expect(run('sh', ['-c', script], { timeoutMs: 60_000, signal: stop.signal, onLine })).rejects.toThrow(
    'stopped by SIGINT',
  );
  expect(Date.now() - began).toBeLessThan(20_000);
  // A zombie of the group is gone as soon as its new parent has looked.
  for (const end = Date.now() + 10_000; pids.some(alive) && Date.now() < end;)
    await new Promise((r) => setTimeout(r, 50));
  expect(pids.map(alive)).toEqual([false, false]);
});

test('a program that takes too long is ended, one that does not exist is named', async () => {
  await expect(run('sh', ['-c', 'sleep 60 & wait'], { timeoutMs: 200 })).rejects.toThrow(/SIGKILL after at most 0.2 s/);
  await expect(run('no-such-program', [], { timeoutMs: 1_000 })).rejects.toThrow('no-such-program is not installed');
  await expect(run('sh', ['-c', 'echo why >&2; exit 3'], { timeoutMs: 9_000 })).rejects.toThrow('exit 3: why');
});
