import type { MetricReading } from '../instrument';
import type { Scenario } from '../scenario';
import type { TestBed } from '../test-bed';
import { noticedAndWell, OF_VOLUMES } from './volume-scenarios';

/** From the last free block until the quarantine is gone and Prometheus writes again. */
const NOBODY_WRITES_S = 30;

/** Both at once, which room that is kept must make good: nobody else has what neither could write. */
export const BOTH_FILL: Scenario = {
  ...OF_VOLUMES,
  name: 'both-disks-fill',
  what: 'what was quarantined fills the data volumes of all nodes to the last block at the same moment',
  hurts: 'nobody',
  mayMove: true,
  unscrapedS: NOBODY_WRITES_S,
  inject: async ({ faults, state }) =>
    Math.min(...(await Promise.all(state.nodes.map(({ node }) => faults.on(node, 'fill-volume'))))),
  course: roomOnBoth,
};

async function roomOnBoth(world: TestBed, _: unknown, struckAt: number): Promise<MetricReading> {
  const nodes = world.state.nodes.map(({ node }) => node);
  const times = await Promise.all(nodes.map((node) => noticedAndWell(world, node, 'full')));
  const worst = (of: (t: (typeof times)[number]) => number): number => (Math.max(...times.map(of)) - struckAt) / 1000;
  return {
    measurements: { volumeNoticed: worst((t) => t.noticedAt), volumeWellAgain: worst((t) => t.wellAt) },
    findings: [],
  };
}
