import { PROFILE_ALERT } from '../../lib/core/rendering/profile-alert';
import { FAILOVER } from '../drills/failover/failover-scenarios';
import { until } from '../drills/clock';
import type { Instrument } from '../drills/instrument';
import { INTERVAL_MS, sampleTimes } from '../drills/judge/collect';
import { missingEverywhere } from '../drills/judge/samples';
import type { Roles, Scenario } from '../drills/scenario';
import { oracleOf, setDrill, type TestBed } from '../drills/test-bed';
import { snapshotsThere } from '../drills/volumes/volume-scenarios';
import { reservedAddresses } from '../run/hosts/addresses';
import { ORACLE_PORT } from '../run/reference/oracle';
import { ACTS, type Struck } from './acts';
import { factsOf } from './kinds';
import type { Place, PlannedFault, PlannedIncident } from './plan';

/** A program that is just being started is hurt a moment later. */
const STRIKES_WITHIN_MS = 5_000;
const AGAIN_MS = 250;
/** Volumes, load, and tasks of a lost zone take their time. */
const REST_MS = 420_000;
/** From the end of Prometheus to its next scrape, when no other one runs. */
const STARTS_WITHIN_S = 8;

/** What the pair has not either, of the samples that the oracle has. */
const pairsSamples: Instrument = (world) => ({
  async finish({ startedAt, endedAt }) {
    const { plainPair } = reservedAddresses(world.state.hostAddress);
    const [oracle, ...pair] = await Promise.all(
      [oracleOf(world), ...plainPair.map((address) => `http://${address}:${ORACLE_PORT}`)].map((api) =>
        sampleTimes(api, startedAt, endedAt),
      ),
    );
    const missing = missingEverywhere(pair, oracle!, startedAt, endedAt, INTERVAL_MS);
    return {
      measurements: { plainPairSamplesMissing: [...missing.values()].reduce((sum, n) => sum + n, 0) },
      findings: [],
    };
  },
});

/** An incident as a run of a drill: its frame moves the alerts, and the oracle judges what was sent, of us and of a plain pair. */
export function scenarioOf({ number, faults, alerts }: PlannedIncident): Scenario {
  const inForce = new Map<PlannedFault, Struck>();
  const end = async (fault: PlannedFault): Promise<void> => {
    const target = inForce.get(fault);
    if (target === undefined) return;
    inForce.delete(fault);
    await ACTS[fault.kind].end?.(target);
  };
  return {
    ...FAILOVER,
    name: `chaos ${number}`,
    what: faults.map(faultInWords).join('; '),
    hurts: 'nobody',
    takeover: 'none',
    mayMove: true,
    needsNamespaces: true,
    plainPair: true,
    ...(faults.some(({ kind }) => kind === 'both-crash') ? { unscrapedS: STARTS_WITHIN_S } : {}),
    ownAlerts: [PROFILE_ALERT],
    instruments: [pairsSamples],
    restWithinMs: REST_MS,
    needsThanos: faults.some(({ kind }) => kind === 'zone-loss'),
    ...(faults.some(isOfVolumes) ? { needsVolumes: true as const, prepare: snapshotsThere } : {}),
    inject: async () => Date.now(),
    course: async (world, roles, struckAt) => {
      const findings: string[] = [];
      const whole = faults.map(async (fault) => {
        const target = targetOf(world, roles, fault);
        await until(struckAt + fault.atMs, world.signal);
        inForce.set(fault, target);
        const missed = await strike(fault, target);
        const begun = ((Date.now() - struckAt) / 1000).toFixed(1);
        world.say(`    +${begun} s  ${fault.kind}: ${missed ?? (target.nodes.join(' and ') || 'around the nodes')}`);
        if (missed !== null) findings.push(`${fault.kind} did not strike: ${missed}`);
        await until(struckAt + fault.atMs + fault.lastsMs, world.signal);
        await end(fault);
      });
      const moved = alerts.map(async ({ fromMs, toMs }) => {
        await until(struckAt + fromMs, world.signal);
        await setDrill(world, 'immediate', 1);
        await until(struckAt + toMs, world.signal);
        await setDrill(world, 'immediate', 0);
      });
      await Promise.all([...whole, ...moved]);
      return { measurements: { faultsStruck: faults.length - findings.length }, findings };
    },
    undo: async () => {
      for (const fault of faults) await end(fault);
      return Date.now();
    },
  };
}

const isOfVolumes = ({ kind }: PlannedFault): boolean => ['volume-gone', 'volume-stall', 'disk-full'].includes(kind);

export const faultInWords = ({ kind, place, atMs, lastsMs }: PlannedFault): string =>
  `${kind}${factsOf(kind).where === 'node' ? ` of the ${place} node` : ''} at ${atMs / 1000} s for ${lastsMs / 1000} s`;

/** The pair's first stands for the node that alerts. */
function targetOf(world: TestBed, { active, standby }: Roles, { place, lastsMs }: PlannedFault): Struck {
  const whom: Readonly<Record<Place, Pick<Struck, 'nodes' | 'which'>>> = {
    active: { nodes: [active], which: [1] },
    standby: { nodes: [standby], which: [2] },
    both: { nodes: [active, standby], which: [1, 2] },
    around: { nodes: [], which: [] },
  };
  return { world, lastsMs, ...whom[place] };
}

/** Why it did not strike, or null. */
async function strike({ kind }: PlannedFault, target: Struck): Promise<string | null> {
  for (const giveUpAt = Date.now() + STRIKES_WITHIN_MS; ;) {
    try {
      await ACTS[kind].begin(target);
      return null;
    } catch (error) {
      target.world.signal.throwIfAborted();
      if (Date.now() > giveUpAt) return (error as Error).message;
    }
    await until(Date.now() + AGAIN_MS, target.world.signal);
  }
}
