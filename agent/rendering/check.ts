import { execFile } from 'node:child_process';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { firstToGo } from '../process/bounds';

const run = promisify(execFile);

/** Lets the programs' own tools judge a configuration. Null when they accept it, else their first complaint. */
export async function checkConfig(
  bin: string,
  directory: string,
  flags: readonly string[] = [],
): Promise<string | null> {
  return (
    (await complaint(join(bin, 'promtool'), [...flags, 'check', 'config', 'prometheus.yml'], directory)) ??
    (await complaint(join(bin, 'amtool'), ['check-config', 'alertmanager.yml'], directory))
  );
}

async function complaint(program: string, args: string[], cwd: string): Promise<string | null> {
  try {
    // What it is given may be large, and the agent goes last.
    const { file, args: all } = firstToGo(program, args);
    await run(file, [...all], { cwd, timeout: 60_000 });
    return null;
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as { stdout?: string; stderr?: string; message: string };
    const lines = `${stderr}\n${stdout}`.split('\n').map((line) => line.trim());
    // Both tools first print what they look at and a bare "FAILED:"; the reason follows it.
    const failed = lines.findIndex((line) => line.includes('FAILED'));
    const reason = lines.slice(Math.max(0, failed)).find((line) => line !== '' && !/FAILED:?$/.test(line));
    return `${basename(program)}: ${reason ?? message}`;
  }
}
