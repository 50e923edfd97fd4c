import type { Instrument } from '../instrument';
import { statusOf, type TestBed } from '../test-bed';

/**
 * What repair did to the nodes' storage in a run: incidents of which files were quarantined, and volumes that were made. A
 * crash with a clean WAL must cost neither.
 */
export const recoverySteps: Instrument = (world) => {
  let before = 0;
  return {
    beforeFault: async () => {
      before = await steps(world);
    },
    finish: async () => ({ measurements: { recoverySteps: (await steps(world)) - before }, findings: [] }),
  };
};

async function steps(world: TestBed): Promise<number> {
  const statuses = await Promise.all(world.state.nodes.map(({ node }) => statusOf(world, node)));
  return statuses.reduce(
    (sum, { scrub, volume }) => sum + (scrub?.quarantine.length ?? 0) + (volume?.generation ?? 0),
    0,
  );
}
