import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Action } from './control-api';
import { programPids } from '../hosts/program-pids';
import { holdLoop } from '../hosts/hold-loop';
import type { Instance } from '../hosts/instance';
import { lose, lossOf } from '../hosts/loss';
import type { System } from '../parts';

/** A debugger that cannot get through is no fault. */
const HELD_WITHIN_MS = 30_000;

type Body = Readonly<Record<string, unknown>>;

/** What leaves a node neither well nor dead: packets that are lost, programs that stand still. */
export function grayActions(
  system: System,
  node: (body: Body) => Instance,
  timed: (act: (body: Body) => unknown) => Action,
): Readonly<Record<string, Action>> {
  const signal = (body: Body, name: NodeJS.Signals): void => {
    const { deployed, agentPid } = node(body);
    const program = String(body.program);
    const pids =
      program === 'agent'
        ? [agentPid].filter((pid) => pid !== null)
        : programPids(system.state.runId, deployed.node, program);
    if (pids.length === 0) throw new Error(`${deployed.node} runs no ${program}`);
    for (const pid of pids) process.kill(pid, name);
  };
  return {
    lose: timed((body) => lose(node(body).host, system.prepared.nft, lossOf(body))),
    hang: timed((body) => signal(body, 'SIGSTOP')),
    // What it is told to do it does at once, and then nothing for so long.
    'hold-loop': timed((body) => {
      const { tools } = system.prepared;
      const wake = (): void => signal({ ...body, program: 'agent' }, 'SIGUSR1');
      return holdLoop(Number(body.ms), wake, (script) => {
        const { command, args } = node(body).command(tools.node.path, script);
        return promisify(execFile)(command, args, { timeout: HELD_WITHIN_MS });
      });
    }),
    resume: timed((body) => signal(body, 'SIGCONT')),
  };
}
