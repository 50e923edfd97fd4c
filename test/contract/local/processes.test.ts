import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killMarked, launch, MARKS } from '../../../local/run/hosts/processes';

const RUN = `processes-test-${process.pid}`;

/** Its state as /proc has it; null when it is gone. */
function stateOf(pid: number): string | null {
  try {
    return /\) (\S) [^)]*$/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))![1]!;
  } catch {
    return null;
  }
}

test('what was killed is gone, however long it takes to give its memory back', async () => {
  let filled!: () => void;
  const full = new Promise<void>((resolve) => (filled = resolve));
  const child = launch({
    name: 'large',
    // Of one thread: of many, the first to end is the one that is seen.
    command: 'python3',
    args: ['-c', 'b = bytearray(b"1") * 2_000_000_000; print("full", flush=True); import time; time.sleep(60)'],
    env: { ...(process.env as Record<string, string>), [MARKS.run]: RUN },
    log: join(tmpdir(), `${RUN}.log`),
    onLine: () => filled(),
  });
  await full;
  await killMarked({ [MARKS.run]: RUN });
  expect([null, 'Z']).toContain(stateOf(child.pid));
  expect(await child.ended).toBe('SIGKILL');
});
