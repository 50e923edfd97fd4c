import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Log } from './log';
import { untilItWorks } from './loop';
import type { Paths } from './paths';

/** What a program calls its own version; 2.42 and 3.x print it to different outputs. */
export async function versionOf(bin: string, program: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(join(bin, program), ['--version'], { timeout: 10_000 });
  const version = /version (\d+\.\d+\.\d+)/.exec(`${stdout}${stderr}`)?.[1];
  if (version === undefined)
    throw new Error(`${program} --version printed no version: ${(stdout + stderr).slice(0, 120)}`);
  return version;
}

/** Of the programs; empty until they were asked. */
export class ProgramVersions {
  prometheus = '';
  alertmanager = '';

  /** Patiently: an agent that gave up here would take the gate of a running Prometheus with it. */
  async read({ bin }: Pick<Paths, 'bin'>, log: Log): Promise<void> {
    const ask = (program: string): Promise<string> =>
      untilItWorks(`${program} --version`, () => versionOf(bin, program), log);
    [this.prometheus, this.alertmanager] = await Promise.all([ask('prometheus'), ask('alertmanager')]);
  }
}
