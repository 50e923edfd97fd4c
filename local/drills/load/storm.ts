import { httpGet } from '../../../lib/shell/async/http-get';
import { PROFILE_ALERT } from '../../../lib/core/rendering/profile-alert';
import { must, sleepUnlessStopped } from '../clock';
import { FAILOVER } from '../failover/failover-scenarios';
import type { Instrument, MetricReading } from '../instrument';
import { readNotifications, NOTIFICATION_SOURCES } from '../judge/notifications';
import type { Scenario } from '../scenario';
import { alertmanagerOf, prometheusOf, shape, type TestBed } from '../test-bed';
import { valueAt } from './node-looks';

const STORM_ALERT = 'DrillStorm';
const SMALL = 600;
const LARGE = 3_000;
const DELIVERED_MS = 60_000;
/** Ends wait for their place in the order of the Alertmanagers. */
const ENDED_MS = 90_000;
const LOOK_MS = 250;
/** More than fire beside the storm. */
const FEW = 100;

const DROPPED = 'sum(prometheus_notifications_dropped_total{job="prometheus"})';
const QUEUED = (seconds: number): string =>
  `max(max_over_time(prometheus_notifications_queue_length{job="prometheus"}[${seconds}s]))`;

/** How many alerts each Alertmanager has, at least and at most. By its counter: to list thousands would be a load of its own. */
async function held({ state }: TestBed): Promise<readonly [least: number, most: number]> {
  const counts = await Promise.all(
    state.nodes.map(async (node) => {
      const text = await httpGet(`${alertmanagerOf(node)}/metrics`, AbortSignal.timeout(5_000), 4 * 2 ** 20);
      return Number(/^alertmanager_alerts\{state="active"\} (\S+)$/m.exec(text)?.[1] ?? NaN);
    }),
  );
  return [Math.min(...counts), Math.max(...counts)];
}

/** Raises so many at once, and ends them. Returns how long both took until every Alertmanager knew, s. */
async function storm(world: TestBed, alerts: number): Promise<{ readonly delivered: number; readonly ended: number }> {
  const { signal } = world;
  const raisedAt = Date.now();
  await shape(world, { storm: alerts });
  const all = async (): Promise<string | null> => {
    const [least] = await held(world);
    return least >= alerts ? null : `one has ${least} of ${alerts}`;
  };
  await must('not every Alertmanager has the storm', DELIVERED_MS, signal, all, LOOK_MS);
  const delivered = (Date.now() - raisedAt) / 1000;
  // For the notification of all of them.
  await sleepUnlessStopped(10_000, signal);
  const clearedAt = Date.now();
  await shape(world, { storm: 0 });
  const none = async (): Promise<string | null> => {
    const [, most] = await held(world);
    return most < FEW ? null : `one still has ${most}`;
  };
  await must('the storm does not end', ENDED_MS, signal, none, LOOK_MS);
  return { delivered, ended: (Date.now() - clearedAt) / 1000 };
}

/** A small one and a large one, so that effort beyond the number of alerts shows. */
async function smallAndLarge(world: TestBed): Promise<MetricReading> {
  const small = await storm(world, SMALL);
  world.say(`    ${SMALL} alerts in ${small.delivered.toFixed(1)} s; ${LARGE} now`);
  const large = await storm(world, LARGE);
  return {
    measurements: {
      stormSmall: small.delivered,
      stormLarge: large.delivered,
      stormGrowth: large.delivered / LARGE / (small.delivered / SMALL),
      stormEnded: large.ended,
    },
    findings: [],
  };
}

/** What Prometheus dropped on its way to the gate, how full its queue was, and what nobody was notified of. */
const stormWatch: Instrument = (world) => {
  let before = 0;
  const all = async (query: string, at: number): Promise<number[]> =>
    Promise.all(world.state.nodes.map(({ node }) => valueAt(prometheusOf(world, node), query, at)));
  return {
    async beforeFault() {
      before = Math.max(...(await all(DROPPED, Date.now())));
    },
    async finish({ struckAt, endedAt }) {
      const dropped = Math.max(...(await all(DROPPED, endedAt)));
      const queued = Math.max(...(await all(QUEUED(Math.ceil((endedAt - struckAt) / 1000)), endedAt)));
      const told = readNotifications(world.state.pages).filter(
        (t) => t.name === STORM_ALERT && t.source === NOTIFICATION_SOURCES.system && t.receivedAt >= struckAt,
      );
      const toldOf = (status: 'firing' | 'resolved'): number =>
        new Set(told.filter((t) => t.status === status).map(({ alert }) => alert)).size;
      return {
        measurements: {
          alertsDropped: dropped - before,
          alertsQueued: queued,
          stormNotTold: 2 * LARGE - toldOf('firing') - toldOf('resolved'),
        },
        findings: [],
      };
    },
    stop: () => void shape(world, { storm: 0 }).catch(() => {}), // the system may be on its way out
  };
};

export const ALERT_STORM: Scenario = {
  ...FAILOVER,
  name: 'alert-storm',
  what: `${SMALL} alerts fire at once and end, then ${LARGE}`,
  hurts: 'nobody',
  takeover: 'none',
  // So many samples of alerts may be more than this run's load limit: down and back.
  epochs: 0,
  mayMove: true,
  ownAlerts: [STORM_ALERT, PROFILE_ALERT],
  instruments: [stormWatch],
  inject: async () => Date.now(),
  course: smallAndLarge,
  undo: async (world) => {
    await shape(world, { storm: 0 });
    return Date.now();
  },
};
