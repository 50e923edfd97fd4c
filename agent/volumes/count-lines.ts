import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * How many lines a program writes that begin with `prefix`. Counted as they come: of a node with thousands of targets they
 * would not fit into the agent's memory. @throws Error like execFile's, with stderr, killed and signal
 */
export async function countLines(
  command: string,
  args: readonly string[],
  prefix: string,
  timeoutMs: number,
): Promise<number> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-STDERR_CHARS)));
  let count = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith(prefix)) count += 1;
  });
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (...how) => resolve(how));
  });
  if (code === 0) return count;
  const how = signal ?? `exit code ${code}`;
  throw Object.assign(new Error(`${command} failed: ${how}`), { stderr, signal, killed: child.killed });
}

const STDERR_CHARS = 16 * 1024;
