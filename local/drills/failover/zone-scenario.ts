import { reservedAddresses } from '../../run/hosts/addresses';
import { FAULT_S } from '../choreography';
import { until } from '../clock';
import type { Roles, Scenario } from '../scenario';
import type { TestBed } from '../test-bed';
import { backAgain } from '../thanos/queries';
import { queryLoad } from '../thanos/query-load';
import { FAILOVER } from './failover-scenarios';

/** Queries have to be back within a minute; afterwards it has to stay so. */
const LASTS_S = 75;

const zoneOf = ({ state }: TestBed, { active }: Roles): string => state.nodes.find((n) => n.node === active)!.zone;

/** The active node's zone; the same is done to one host of a plain pair, which has nothing else there. */
export const ZONE_LOSS: Scenario = {
  ...FAILOVER,
  name: 'zone-loss',
  what: "the active node's zone is lost: the node, the load balancer's node, tasks, and every execution of a function that is under way",
  // The loop of health-check broke off, and begins anew with the next minute at the latest.
  takeover: 'break-glass',
  needsNamespaces: true,
  needsThanos: true,
  plainPair: true,
  agentDies: true,
  // A task takes 30 s to start, its target 180 s until it is looked at, the listener 75 s.
  restWithinMs: 420_000,
  instruments: [queryLoad(20, backAgain, ({ state }) => reservedAddresses(state.hostAddress).balancer)],
  inject: async (world, roles) => {
    const { faults } = world;
    const zone = zoneOf(world, roles);
    const [at] = await Promise.all([faults.act('lose-zone', { zone }), faults.act('plain-power-off')]);
    return at;
  },
  course: async ({ signal }, _, struckAt) => {
    await until(struckAt + Math.max(FAULT_S, LASTS_S) * 1000, signal);
    return { measurements: {}, findings: [] };
  },
  undo: async (world, roles) => {
    const { faults } = world;
    const zone = zoneOf(world, roles);
    const [at] = await Promise.all([faults.act('restore-zone', { zone }), faults.act('plain-power-on')]);
    return at;
  },
};
