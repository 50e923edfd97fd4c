import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '../clock';
import type { Instrument, MetricReading } from '../instrument';
import type { Roles, Scenario } from '../scenario';
import { allNodes, statusOf, type TestBed } from '../test-bed';
import { FAILOVER, hurting } from './failover-scenarios';

/** For as long as the drill lasts, unless somebody ends it. */
const HELD_MS = 300_000;
const BACK_MS = 30_000;

/** Programs that are others than before the fault: the agent alone is started anew. */
const programsTouched: Instrument = (world) => {
  let before = '';
  return {
    beforeFault: async () => {
      before = await programsOf(world);
    },
    finish: async () => ({
      measurements: { programsTouched: before === (await programsOf(world)) ? 0 : 1 },
      findings: [],
    }),
  };
};

async function programsOf(world: TestBed): Promise<string> {
  const statuses = await Promise.all(allNodes(world).map(({ node }) => statusOf(world, node)));
  return JSON.stringify(statuses.map(({ prometheus, alertmanager }) => [prometheus.pid, alertmanager.pid]));
}

async function backAgain(world: TestBed, { hurt }: Roles, struckAt: number): Promise<MetricReading> {
  await must('the agent is not back', BACK_MS, world.signal, async () => {
    const { startedAt } = await statusOf(world, hurt!);
    return Date.parse(startedAt) > struckAt ? null : 'none was started anew';
  });
  const agentBack = (Date.now() - struckAt) / 1000;
  return { measurements: { agentBack, stallsLogged: stallsLogged(world, hurt!, struckAt) }, findings: [] };
}

/** What the watch of the loop wrote into the agent's own log, which is what leaves a node. */
function stallsLogged({ state }: TestBed, node: string, since: number): number {
  const { dir } = state.nodes.find((n) => n.node === node)!;
  const lines = readFileSync(join(dir, 'state', 'logs', 'agent.log'), 'utf8').split('\n');
  return lines.filter((line) => {
    const at = /"at":"([^"]*)".*"event":"agent-loop-stalled"/.exec(line)?.[1];
    return at !== undefined && Date.parse(at) >= since;
  }).length;
}

/** The agent's process lives, and its loop does not turn: nothing that asks whether a process is there notices. */
export const LOOP_STALL: Scenario = {
  ...FAILOVER,
  name: 'loop-stall',
  what: "the event loop of the active node's agent is held for minutes by a debugger; a plain pair beside it is not hurt",
  plainPair: true,
  agentDies: true,
  instruments: [programsTouched],
  inject: hurting((faults, node) => faults.act('hold-loop', { node, ms: HELD_MS })),
  course: backAgain,
  // Its watch has ended it by then, and what systemd started is another one.
  undo: async () => Date.now(),
};
