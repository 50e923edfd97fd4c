import type { Instrument } from '../instrument';
import { statusOf, type World } from '../world';

/**
 * What repair did to the nodes' storage in a run: incidents of which files were set aside, and volumes that were made. A
 * crash with a clean WAL must cost neither.
 */
export const rungsClimbed: Instrument = (world) => {
  let before = 0;
  return {
    beforeFault: async () => {
      before = await rungs(world);
    },
    finish: async () => ({ measurements: { rungsClimbed: (await rungs(world)) - before }, findings: [] }),
  };
};

async function rungs(world: World): Promise<number> {
  const statuses = await Promise.all(world.state.nodes.map(({ node }) => statusOf(world, node)));
  return statuses.reduce(
    (sum, { scrub, volume }) => sum + (scrub?.setAside.length ?? 0) + (volume?.generation ?? 0),
    0,
  );
}
