import { execFile, spawn } from 'node:child_process';
import { closeSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { unitOf } from '../../lib/contract/node-users';
import { bounded } from './bounds';
import type { Command } from './command';
import { openLog } from './log-file';
import { findByArgument } from './proc';
import { hasBegun, howItEnded, metadataProperties, unitCommand, type Sandbox } from './unit';

const SYSTEMD_MS = 10_000;
const LOOK_MS = 20;

/** Who is told of a program that is started. */
export interface Launched {
  readonly begun: (pid: number) => void;
  /** Once, also when it was never begun. */
  readonly ended: (how: string) => void;
  /** Of what must not keep it from running. */
  readonly tolerating: (event: string, action: () => void) => void;
}

export interface Output {
  readonly marker: string;
  readonly logFile: string;
}

/** As a plain child: where there is no systemd. It begins before this returns. @throws when its log cannot be opened */
export function launchChild(command: Command, { logFile }: Output, { begun, ended, tolerating }: Launched): void {
  const { cwd, oomScore } = command;
  const output = openLog(logFile);
  const started = bounded(command);
  const child = spawn(started.file, [...started.args], { cwd, stdio: ['ignore', output, output] });
  closeSync(output);
  child.unref();
  // Without a pid the start itself failed, and 'error' says why; otherwise 'exit' comes.
  child.once('error', (error) => child.pid === undefined && ended(`could not be started: ${error.message}`));
  const { pid } = child;
  if (pid === undefined) return;
  if (oomScore !== undefined) {
    tolerating('oom-score-not-set', () => writeFileSync(`/proc/${pid}/oom_score_adj`, String(oomScore)));
  }
  begun(pid);
  child.once('exit', (code, signal) => ended(signal === null ? `exit code ${code}` : `signal ${signal}`));
}

/** Gives a unit that runs the way to the metadata service, or takes it. */
export async function allowRole({ program, role }: Sandbox): Promise<void> {
  const args = ['set-property', '--runtime', unitOf(program), ...metadataProperties(role)];
  await promisify(execFile)('systemctl', args, { timeout: SYSTEMD_MS });
}

/** As a unit of its own. systemd-run stays beside it and ends when it does; if the agent ends, both go on. */
export function launchUnit(
  sandbox: Sandbox,
  command: Command,
  { marker, logFile }: Output,
  { begun, ended }: Launched,
): void {
  // systemd would make it, with its own permissions.
  closeSync(openLog(logFile));
  const { file, args } = unitCommand(command, sandbox, logFile);
  const child = spawn(file, [...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
  });
  child.unref();
  child.once('error', (error) => child.pid === undefined && ended(`could not be started: ${error.message}`));
  let said = '';
  let looks: NodeJS.Timeout | null = null;
  const look = (): void => {
    // None: it has ended already, and systemd-run is about to say how.
    const found = findByArgument(marker);
    if (found === null) return;
    clearInterval(looks!);
    begun(found.pid);
  };
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (looks !== null || !hasBegun(said)) return;
    looks = setInterval(look, LOOK_MS);
    look();
  });
  // Not 'exit': what it said last would be missing.
  child.once('close', (code) => {
    if (looks !== null) clearInterval(looks);
    if (child.pid !== undefined) ended(howItEnded(said, code));
  });
}
