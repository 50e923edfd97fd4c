import { join } from 'node:path';
import { PROFILE_ALERT } from '../../../lib/core/rendering/profile-alert';
import type { ScrapeProfile } from '../../../lib/contract/profile';
import { DEMO_ALERTS, DEMO_JOBS } from '../../demo/demo';
import { DEPTH } from '../../workload/exposition';
import { awaitAll, sleepUnlessStopped } from '../clock';
import { FAILOVER } from '../failover/failover-scenarios';
import type { MetricReading } from '../instrument';
import { MEASURED_LIMIT } from '../../run/deploy/load-limit';
import { loadUsersConfig, OVERLAY_FILE } from '../../run/deploy/overlay-file';
import { profileWatch } from './profile-watch';
import { QUERY_OF_DEATH } from './query-of-death';
import { ALERT_STORM } from './storm';
import type { Scenario } from '../scenario';
import { explosionWatch } from './explosion-watch';
import { setDrill, shape, statusOf, type TestBed } from '../test-bed';

/** So many times the order book; more where the limit is higher. */
const SPIKE = 20;
/** One for each of the last orders; more than the local run's `scrapeLimits.samples`. */
const ORDERS = 60_000;
/** health-check asks for the load of the last minute once a minute; loading takes up to 20 s. */
const DOWN_MS = 110_000;
const BACK_MS = 300_000;
const ALERT_MS = 25_000;

/** What is watched exposes more than it should. */
export const LOAD_SCENARIOS: readonly Scenario[] = [
  ALERT_STORM,
  QUERY_OF_DEATH,
  {
    ...FAILOVER,
    name: 'load-spike',
    what: `the trade engine exposes ${SPIKE} times its order book, then what it did before`,
    hurts: 'nobody',
    takeover: 'none',
    // Down and back.
    epochs: 2,
    ownAlerts: [PROFILE_ALERT],
    instruments: [profileWatch],
    inject: async (world) => {
      const at = Date.now();
      const { samplesPerSecond } = loadUsersConfig(join(world.state.dir, OVERLAY_FILE)).cluster.load.limits;
      await shape(world, { depth: Math.round((SPIKE * samplesPerSecond) / MEASURED_LIMIT) * DEPTH });
      return at;
    },
    course: downAndBack,
    undo: async (world) => {
      await shape(world, { depth: DEPTH });
      return Date.now();
    },
  },
  {
    ...FAILOVER,
    name: 'bad-target',
    what: `the DuckDB exporter exposes a series for each of the last ${ORDERS} orders: its scrape fails, and nothing else`,
    hurts: 'nobody',
    takeover: 'none',
    epochs: 0,
    instruments: [explosionWatch(DEMO_ALERTS.duckdbDown, DEMO_JOBS.duckdb, 'order_id')],
    inject: async (world) => {
      const at = Date.now();
      await shape(world, { orders: ORDERS });
      return at;
    },
    undo: async (world) => {
      await shape(world, { orders: 0 });
      return Date.now();
    },
  },
];

/** What is droppable goes; an alert begins and ends meanwhile; and it comes back. */
async function downAndBack(world: TestBed, _: unknown, struckAt: number): Promise<MetricReading> {
  const findings: string[] = [];
  const reached = async (profile: ScrapeProfile, since: number, timeoutMs: number): Promise<number | null> => {
    const missing = await awaitAll(
      async () => {
        const statuses = await Promise.all(world.state.nodes.map((n) => statusOf(world, n.node)));
        const behind = statuses.filter((s) => s.scrapeProfile !== profile);
        return behind.length === 0 ? null : `${behind.map((s) => s.node).join(' and ')} not in profile ${profile}`;
      },
      { timeoutMs, signal: world.signal, everyMs: 500 },
    );
    if (missing !== null) findings.push(missing);
    return missing === null ? (Date.now() - since) / 1000 : null;
  };
  const say = (what: string): void => world.say(`    +${((Date.now() - struckAt) / 1000).toFixed(0)} s  ${what}`);

  const reducedAfter = await reached('reduced', struckAt, DOWN_MS);
  if (reducedAfter !== null) {
    say('reduced; an alert fires and ends');
    await setDrill(world, 'immediate', 1);
    await sleepUnlessStopped(ALERT_MS, world.signal);
    await setDrill(world, 'immediate', 0);
    await sleepUnlessStopped(ALERT_MS, world.signal);
  }
  say('as before the spike');
  const endedAt = Date.now();
  await shape(world, { depth: DEPTH });
  const normalAfter = await reached('normal', endedAt, BACK_MS);
  say('normal');
  return { measurements: { reducedAfter, normalAfter }, findings };
}
