import { spawn, type ChildProcess } from 'node:child_process';

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Ends the program, and all that it started. */
  readonly signal?: AbortSignal;
  /** Called with each line of output as it comes. */
  readonly onLine?: (line: string) => void;
}

/**
 * Runs a program to its end, in a process group of its own: Ctrl-C is ours to handle.
 * @returns stdout and stderr together
 * @throws Error with the end of that output, or with the signal's reason
 */
export function run(command: string, args: readonly string[], options: RunOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    options.signal?.throwIfAborted();
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    running.add(child);
    const abort = (): void => killGroup(child);
    options.signal?.addEventListener('abort', abort, { once: true });
    // Not spawn's own `timeout`: its timer outlives a program that could not be started.
    const timer = setTimeout(abort, options.timeoutMs);
    const over = (): void => {
      clearTimeout(timer);
      running.delete(child);
      options.signal?.removeEventListener('abort', abort);
    };
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
      if (options.onLine) for (const line of chunk.toString().split('\n')) if (line.trim()) options.onLine(line.trim());
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error: NodeJS.ErrnoException) => {
      over();
      reject(new Error(error.code === 'ENOENT' ? `${command} is not installed` : error.message));
    });
    child.on('close', (code, signal) => {
      over();
      if (options.signal?.aborted === true) return reject(options.signal.reason as Error);
      if (code === 0) return resolve(output);
      const how = signal === null ? `exit ${code}` : `${signal} after at most ${options.timeoutMs / 1000} s`;
      reject(new Error(`${command} ${args[0] ?? ''}: ${how}: ${lastLines(output)}`));
    });
  });
}

const running = new Set<ChildProcess>();
// Whatever ends this process: nothing that it started goes on alone.
process.on('exit', () => running.forEach(killGroup));

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function lastLines(output: string): string {
  return output.trim().split('\n').slice(-3).join(' | ').slice(-400) || 'no output';
}
