import { must } from '../clock';
import { FAILOVER } from './failover-scenarios';
import { recoverySteps } from './recovery-steps';
import type { MetricReading } from '../instrument';
import type { Roles, Scenario } from '../scenario';
import { statusOf, type TestBed } from '../test-bed';

/** From the end of Prometheus to its next scrape, with a margin for a machine that has much to do. */
const STARTS_WITHIN_S = 8;
const TAKES_OVER_WITHIN_MS = 30_000;

/** More than one fault in an incident; the same is done to a plain pair. */
const DOUBLE = {
  ...FAILOVER,
  needsNamespaces: true,
  plainPair: true,
  unscrapedS: STARTS_WITHIN_S,
} satisfies Partial<Scenario>;

export const DOUBLE_SCENARIOS: readonly Scenario[] = [
  {
    ...DOUBLE,
    name: 'both-crash',
    what: 'SIGKILL of Prometheus on every node at the same moment',
    hurts: 'nobody',
    takeover: 'none',
    epochs: 0,
    mayMove: true,
    instruments: [recoverySteps],
    inject: async ({ faults, state }) => {
      const all = await Promise.all([
        ...state.nodes.map(({ node }) => faults.on(node, 'crash-prometheus')),
        faults.act('plain-crash', { which: [1, 2] }),
      ]);
      return Math.min(...all);
    },
    // Their agents start them again.
    undo: async () => Date.now(),
  },
  {
    ...DOUBLE,
    name: 'host-loss-then-crash',
    what: "the active node's host is lost; as soon as an Alertmanager hears the other node, its Prometheus is killed",
    agentDies: true,
    inject: async ({ faults }, { hurt }) => {
      const [at] = await Promise.all([faults.on(hurt!, 'power-off'), faults.act('plain-power-off')]);
      return at;
    },
    course: crashTheNext,
    undo: async ({ faults }, { hurt }) => {
      const [at] = await Promise.all([faults.on(hurt!, 'power-on'), faults.act('plain-power-on')]);
      return at;
    },
  },
];

/** Whoever has just taken over crashes. */
async function crashTheNext(world: TestBed, { standby }: Roles, struckAt: number): Promise<MetricReading> {
  const { faults, signal } = world;
  await must(
    'nobody took over',
    TAKES_OVER_WITHIN_MS,
    signal,
    async () => {
      const { firstAcceptedAt } = (await statusOf(world, standby)).gate;
      return firstAcceptedAt !== null && Date.parse(firstAcceptedAt) >= struckAt ? null : 'no Alertmanager heard it';
    },
    50,
  );
  const [at] = await Promise.all([faults.on(standby, 'crash-prometheus'), faults.act('plain-crash', { which: [2] })]);
  return { measurements: { crashedAfter: (at - struckAt) / 1000 }, findings: [] };
}
