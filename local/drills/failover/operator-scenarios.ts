import { ALARM_STATES, callControl } from '../../../lib/shell/local/call-control';
import { awaitAll, until } from '../clock';
import { FAILOVER } from './failover-scenarios';
import type { MetricReading } from '../instrument';
import { ask, promhaStatus } from './operator';
import { operatorMachines } from './operator-machines';
import { recoverySteps } from './recovery-steps';
import type { Roles, Scenario } from '../scenario';
import { statusOf, type TestBed } from '../test-bed';

/** Twice as long as it takes to act where nothing is paused. */
const PAUSED_MS = 12_000;
/** It goes on until the alarm rings: its points come late, and some too late to count. */
export const PAUSED_AT_MOST_MS = 120_000;
const ACTS_WITHIN_MS = 20_000;

/** An operator's hands, and what they hold back. */
export const OPERATOR_SCENARIOS: readonly Scenario[] = [
  {
    ...FAILOVER,
    name: 'switchover',
    what: 'an operator gives alerting to the other node',
    hurts: 'nobody',
    takeover: 'crash',
    inject: async (world) => {
      const at = Date.now();
      await ask(world, { kind: 'switchover', to: null, reason: 'drill: planned' });
      return at;
    },
    undo: async () => Date.now(),
  },
  {
    ...FAILOVER,
    name: 'pause',
    what: `paused; then the active node's Prometheus is killed and kept down: nothing may happen until \`resume\`, after ${PAUSED_MS / 1000} s or more: when the alarm has rung`,
    takeover: 'resumed',
    alertsWait: true,
    instruments: [recoverySteps],
    // Pause, resume, take over.
    epochs: 3,
    inject: async (world, { hurt }) => {
      await ask(world, { kind: 'pause', reason: 'drill: new disks' });
      return world.faults.act('keep-down', { node: hurt, program: 'prometheus' });
    },
    course: pausedAndResumed,
    undo: async (world, { hurt }) => {
      await ask(world, { kind: 'resume' }); // of nothing, when it came that far
      return world.faults.act('let-up', { node: hurt, program: 'prometheus' });
    },
  },
  operatorMachines,
];

/** Nothing moves while it is paused, and it says so; it moves when it no longer is. */
async function pausedAndResumed(world: TestBed, { active, standby }: Roles, struckAt: number): Promise<MetricReading> {
  // Not before health-check has counted three misses: earlier there would be nothing to say.
  const said = until(struckAt + PAUSED_MS / 2, world.signal).then(promhaStatus);
  const ringing = awaitAll(() => silent(world), {
    timeoutMs: struckAt + PAUSED_AT_MOST_MS - Date.now(),
    signal: world.signal,
    everyMs: 500,
  });
  await Promise.all([ringing, until(struckAt + PAUSED_MS, world.signal)]);
  const [read, other] = await Promise.all([world.store.readAssignment(), statusOf(world, standby)]);
  const { code, report } = await said;
  const resumedAt = Date.now();
  await ask(world, { kind: 'resume' });
  const opened = async (): Promise<number | null> => {
    const { openedAt } = (await statusOf(world, standby)).gate;
    return openedAt === null || Date.parse(openedAt) < resumedAt ? null : Date.parse(openedAt);
  };
  await awaitAll(async () => ((await opened()) === null ? 'nobody took over' : null), {
    timeoutMs: ACTS_WITHIN_MS,
    signal: world.signal,
  });
  const at = await opened();
  return {
    measurements: {
      movedWhilePaused: (read?.assignment.active === active ? 0 : 1) + (other.gate.open ? 1 : 0),
      alarmRang: (await ringing) === null ? 1 : 0,
      statusExit: code,
      statusSaysPaused: report.problems.some((p) => p.includes('PAUSED')) ? 1 : 0,
      actedAfterResume: at === null ? null : (at - resumedAt) / 1000,
    },
    findings: report.problems.map((problem) => `promha status, while paused: ${problem}`),
  };
}

/** Nobody was notified that the node that alerts does not serve, or null when somebody was. */
async function silent({ state }: TestBed): Promise<string | null> {
  const alarms = await callControl(state.socket, 'alarms', ALARM_STATES);
  const rings = Object.entries(alarms).some(([name, s]) => name.endsWith('-alerting-node-unhealthy') && s === 'ALARM');
  return rings ? null : 'the alarm of the node that alerts does not ring';
}
