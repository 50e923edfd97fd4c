import { FAULT_S } from '../choreography';
import { until } from '../clock';
import type { Faults } from '../faults';
import { FAILOVER, hurting } from './failover-scenarios';
import type { Roles, Scenario } from '../scenario';
import type { TestBed } from '../test-bed';

/** Neither well nor dead. Nobody has to move; a plain pair goes through the same, and nothing may be missed. */
const GRAY = {
  ...FAILOVER,
  takeover: 'none',
  epochs: 0,
  mayMove: true,
  needsNamespaces: true,
  plainPair: true,
} satisfies Partial<Scenario>;

const both = async (faults: Faults, hurt: string, verb: 'cut' | 'heal'): Promise<number> =>
  (await Promise.all([faults.on(hurt, verb), faults.act(verb === 'cut' ? 'plain-cut' : 'plain-repair')]))[0];

const lossOf = (loss: { in: number; out: number }) =>
  hurting(async (faults, hurt) => {
    const [at] = await Promise.all([faults.act('lose', { node: hurt, ...loss }), faults.act('plain-lose', loss)]);
    return at;
  });

/** Some percent of the packets of the active node and of the pair's first are lost, for as long as alerts move. */
const losing = (name: string, what: string, loss: { in: number; out: number }): Scenario => ({
  ...GRAY,
  name,
  what,
  inject: lossOf(loss),
  undo: lossOf({ in: 0, out: 0 }),
});

const FLAPS = 3;
const FLAP_MS = 4_000;

/** Cut when it begins: cut and healed in turns. */
async function flap({ faults, signal }: TestBed, { hurt }: Roles, struckAt: number): Promise<void> {
  for (let turn = 1; turn < 2 * FLAPS; turn += 1) {
    await until(struckAt + turn * FLAP_MS, signal);
    await both(faults, hurt!, turn % 2 === 1 ? 'heal' : 'cut');
  }
}

const standingStill = (program: 'agent' | 'alertmanager', what: string): Scenario => ({
  ...GRAY,
  name: program === 'agent' ? 'agent-pause' : 'alertmanager-hang',
  what,
  // A plain pair has no agent.
  plainPair: program === 'alertmanager',
  inject: hurting((faults, hurt) => standing(faults, hurt, program, 'hang')),
  undo: hurting((faults, hurt) => standing(faults, hurt, program, 'resume')),
});

async function standing(faults: Faults, node: string, program: string, verb: 'hang' | 'resume'): Promise<number> {
  const ofPair = program === 'alertmanager' ? [faults.act(`plain-${verb}`)] : [];
  return (await Promise.all([faults.act(verb, { node, program }), ...ofPair]))[0]!;
}

const MACHINE = ['agent', 'prometheus', 'alertmanager'] as const;

/** Everything of the node that scrapes, decides and notifies; what is on disk and in memory stays. */
const machine = (verb: 'hang' | 'resume') =>
  hurting(async (faults, hurt) => {
    const done = await Promise.all(MACHINE.map((program) => faults.act(verb, { node: hurt, program })));
    return Math.max(...done);
  });

/** Where the node asks AWS, which is S3 alone as far as failover goes. */
const fromAws =
  (out: number) =>
  ({ faults, state }: TestBed, { hurt }: Roles): Promise<number> =>
    faults.act('lose', { node: hurt, in: 0, out, toPort: Number(new URL(state.endpoint).port) });

export const GRAY_SCENARIOS: readonly Scenario[] = [
  {
    ...GRAY,
    name: 'flap',
    what: `the active node's network is cut for ${FLAP_MS / 1000} s and mended for as long, ${FLAPS} times`,
    inject: hurting((faults, hurt) => both(faults, hurt, 'cut')),
    course: async (world, roles, struckAt) => {
      await flap(world, roles, struckAt);
      return { measurements: {}, findings: [] };
    },
    undo: hurting((faults, hurt) => both(faults, hurt, 'heal')),
  },
  losing('packet-loss', 'the active node loses 30 % of the packets that it sends and gets', { in: 30, out: 30 }),
  losing('one-way-out', 'nothing leaves the active node, everything reaches it', { in: 0, out: 100 }),
  losing('one-way-in', 'nothing reaches the active node, everything leaves it', { in: 100, out: 0 }),
  standingStill('alertmanager', `the active node's Alertmanager stands still for ${FAULT_S} s, then goes on (SIGSTOP)`),
  {
    ...GRAY,
    name: 'vm-pause',
    what: `the active node's machine stands still for ${FAULT_S} s, then goes on: agent, Prometheus, Alertmanager (SIGSTOP)`,
    takeover: 'silence',
    // A plain pair has no agent, and of its programs only one is stopped.
    plainPair: false,
    gateOutlivesFault: true,
    inject: machine('hang'),
    undo: machine('resume'),
  },
  {
    ...GRAY,
    name: 'cut-from-s3-only',
    what: 'the active node alone cannot reach the control bucket, nor any other API of AWS; all else reaches it',
    // A plain pair has no bucket.
    plainPair: false,
    inject: fromAws(100),
    undo: fromAws(0),
  },
  standingStill('agent', `the active node's agent stands still for ${FAULT_S} s, then goes on (SIGSTOP)`),
];
