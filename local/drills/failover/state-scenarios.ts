import { must, sleepUnlessStopped, until } from '../clock';
import { ask } from './operator';
import { FAILOVER, on } from './failover-scenarios';
import type { Roles, Scenario } from '../scenario';
import {
  alertmanagerOf,
  firingAt,
  KEPT_ALERT,
  oracleAlertmanagerOf,
  setDrill,
  statusOf,
  type TestBed,
} from '../test-bed';

const TOLD_MS = 30_000;
/** Beyond the life of an alert in Alertmanager, so that it would have run out there. */
const KEPT_MS = 120_000;
/** From the start of Prometheus until its node may alert: its gate has to hear each alert once. */
const HANDED_OVER_MS = 120_000;
/** What was answered to the operator before. */
const refusals = new Set<string>();
/** After its end: for the notifications of all Alertmanagers. */
const OVER_MS = 90_000;

const powerOff = on('power-off');

/** The active node's Prometheus fires on without its cause: it alone knows why. */
async function makeItKeepOne(world: TestBed): Promise<void> {
  const { signal, state } = world;
  await setDrill(world, 'kept', 1);
  await must(`not every Alertmanager has ${KEPT_ALERT}`, TOLD_MS, signal, async () => {
    const all = await Promise.all([oracleAlertmanagerOf(world), ...state.nodes.map(alertmanagerOf)].map(firingAt));
    return all.every((firing) => firing.some(({ alertname }) => alertname === KEPT_ALERT)) ? null : 'one lacks it';
  });
  await setDrill(world, 'kept', 0);
}

/** It keeps an alert firing that the standby's, started anew, has never seen. */
async function loseTheNodeThatKeepsIt(world: TestBed, roles: Roles): Promise<number> {
  const { faults, signal } = world;
  await makeItKeepOne(world);
  const { startedAt } = (await statusOf(world, roles.standby)).prometheus;
  // Its last sample must be the one that ends it.
  await until(Date.now() + 3_000, signal);
  await faults.on(roles.standby, 'crash-prometheus');
  await must('the standby could not take over', TOLD_MS, signal, async () => {
    const { prometheus, gate } = await statusOf(world, roles.standby);
    return prometheus.startedAt !== startedAt && gate.primed ? null : 'it is not primed';
  });
  return powerOff(world, roles);
}

/** A node that begins with nothing is asked to take over from its first moment on, until it may. */
async function handToTheEmptyOne(world: TestBed, { standby }: Roles): Promise<number> {
  const { faults, signal } = world;
  refusals.clear();
  await makeItKeepOne(world);
  const prometheus = { node: standby, program: 'prometheus' };
  await faults.act('keep-down', prometheus);
  await must('its data cannot be removed', TOLD_MS, signal, async () => {
    await faults.on(standby, 'empty-tsdb');
    return null;
  });
  await faults.act('let-up', prometheus);
  for (const end = Date.now() + HANDED_OVER_MS; ;) {
    const at = Date.now();
    try {
      await ask(world, { kind: 'switchover', to: standby, reason: 'drill: an empty volume' });
      return at;
    } catch (error) {
      const { message } = error as Error;
      if (!/^Alerting stays with/.test(message) || at > end) throw error;
      refusals.add(message);
    }
    await sleepUnlessStopped(1_000, signal);
  }
}

/** What rules remember, and a node that takes over does not know. */
export const STATE_SCENARIOS: readonly Scenario[] = [
  {
    ...FAILOVER,
    name: 'keep-firing',
    what: "an alert is kept firing by its keep_firing_for, the standby's Prometheus is started anew, and the active node's host is lost",
    agentDies: true,
    alertsWait: true,
    inject: loseTheNodeThatKeepsIt,
    course: async (world, _, struckAt) => {
      await until(struckAt + KEPT_MS + OVER_MS, world.signal);
      return { measurements: {}, findings: [] };
    },
    undo: on('power-on'),
  },
  {
    ...FAILOVER,
    name: 'empty-volume-switchover',
    what: 'an alert is kept firing by its keep_firing_for, the standby begins with an empty TSDB, and an operator gives it alerting as soon as that is taken',
    hurts: 'nobody',
    takeover: 'crash',
    alertsWait: true,
    inject: handToTheEmptyOne,
    course: async (world, _, struckAt) => {
      await until(struckAt + KEPT_MS + OVER_MS, world.signal);
      return { measurements: { refusedFirst: refusals.size }, findings: [...refusals] };
    },
    undo: async () => Date.now(),
  },
];
