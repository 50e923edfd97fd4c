import type { Action } from './control-api';
import { programPids } from '../hosts/program-pids';
import type { Instance } from '../hosts/instance';
import { lose, lossOf } from '../hosts/loss';
import type { System } from '../parts';

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
    resume: timed((body) => signal(body, 'SIGCONT')),
  };
}
