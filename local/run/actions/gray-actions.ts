import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Action } from './control-api';
import { programPids } from '../hosts/program-pids';
import { evaluateIn, holdLoop, type Reached } from '../debugger/debugger';
import type { Instance } from '../hosts/instance';
import { lose, lossOf } from '../hosts/loss';
import type { System } from '../parts';

/** A debugger that cannot get through is no fault. */
const REACHED_WITHIN_MS = 30_000;
/** Required inside the agent. */
const LIES = join(__dirname, '../debugger/lies.ts');

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
  const agentOf = (body: Body): Reached => ({
    wake: () => signal({ ...body, program: 'agent' }, 'SIGUSR1'),
    node: async (script) => {
      const { command, args } = node(body).command(system.prepared.tools.node.path, script);
      return (await promisify(execFile)(command, args, { timeout: REACHED_WITHIN_MS })).stdout;
    },
  });
  return {
    lose: timed((body) => lose(node(body).host, system.prepared.nft, lossOf(body))),
    hang: timed((body) => signal(body, 'SIGSTOP')),
    // What it is told to do it does at once, and then nothing for so long.
    'hold-loop': timed((body) => holdLoop(Number(body.ms), agentOf(body))),
    lie: timed((body) =>
      evaluateIn(agentOf(body), `require(${JSON.stringify(LIES)}).beginLying(${Number(body.seed)})`),
    ),
    // An agent that was started anew meanwhile has told none.
    'stop-lying': async (body) => ({
      at: Date.now(),
      told: JSON.parse(await evaluateIn(agentOf(body), `require(${JSON.stringify(LIES)}).endLying()`)) as unknown,
    }),
    resume: timed((body) => signal(body, 'SIGCONT')),
  };
}
