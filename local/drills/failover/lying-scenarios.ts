import { until } from '../clock';
import type { MetricReading } from '../instrument';
import type { Roles, Scenario } from '../scenario';
import type { TestBed } from '../test-bed';
import { FAILOVER, hurting } from './failover-scenarios';

/** Some three answers a second are asked for: long enough for each field. */
const LIES_MS = 150_000;

/** Of an agent that was started anew meanwhile nobody knows what it told: the drill proves nothing then. */
async function lied(world: TestBed, { hurt }: Roles, struckAt: number): Promise<MetricReading> {
  await until(struckAt + LIES_MS, world.signal);
  const { told } = await world.faults.stopLying(hurt!);
  const counts = Object.values(told);
  return {
    measurements: { lies: counts.reduce((a, b) => a + b, 0), fieldsLiedIn: counts.length },
    findings: [],
  };
}

/** Its programs work: what others do because of its words is what could cost a page. */
const lying = (hurts: 'active' | 'standby', what: string): Scenario => ({
  ...FAILOVER,
  name: hurts === 'active' ? 'lying-node' : 'lying-standby',
  what,
  hurts,
  takeover: 'none',
  epochs: 0,
  mayMove: true,
  needsNamespaces: true,
  // Another run begins with other fields.
  inject: hurting((faults, node) => faults.act('lie', { node, seed: Date.now() % 100_000 })),
  course: lied,
  undo: hurting(async (faults, node) => (await faults.stopLying(node)).at),
});

export const LYING_SCENARIOS: readonly Scenario[] = [
  lying('active', 'a field of each status, announcement and report that the active node gives is not true'),
  lying('standby', 'the same of the standby'),
];
