import { until } from './clock';
import { setDrill, type DrillAlert, type TestBed } from './test-bed';

/** A gauge set to a value, `atS` seconds after the fault. */
interface Step {
  readonly atS: number;
  readonly alert: DrillAlert;
  readonly value: 0 | 1;
}

/** Seconds from the first step to the fault. */
const LEAD_S = 15;

/**
 * At the fault one alert fires and resolves while the fail-over is under way, one is pending and fires by its `for`
 * timer, and one becomes pending just after.
 */
const STEPS: readonly Step[] = [
  { atS: -LEAD_S, alert: 'for30s', value: 1 },
  { atS: -6, alert: 'immediate', value: 1 },
  { atS: 1, alert: 'for5s', value: 1 },
  { atS: 3, alert: 'immediate', value: 0 },
  { atS: 20, alert: 'for5s', value: 0 },
  { atS: 25, alert: 'for30s', value: 0 },
];

/**
 * How long a fault lasts after the last alert was moved: until that was sent. An Alertmanager that rejoins its
 * cluster in the two seconds in which an alert ends may notify both again: that race is Alertmanager's own, a plain pair
 * has it too, and it is not what is judged here.
 */
export const SENT_AFTER_MS = 5_000;

/** How long a fault lasts at least. */
export const FAULT_S = STEPS.at(-1)!.atS + SENT_AFTER_MS / 1000;

/** Moves the alerts up to the fault's moment. */
export async function lead(world: TestBed): Promise<void> {
  const injectedAt = Date.now() + LEAD_S * 1000;
  await play(world, injectedAt, (s) => s.atS < 0);
  await until(injectedAt, world.signal);
}

/** Moves the alerts after `from`, ms since the Unix epoch: the fault. */
export async function followRun(world: TestBed, from: number): Promise<void> {
  await play(world, from, (s) => s.atS >= 0);
}

async function play(world: TestBed, zero: number, which: (step: Step) => boolean): Promise<void> {
  for (const step of STEPS.filter(which)) {
    await until(zero + step.atS * 1000, world.signal);
    await setDrill(world, step.alert, step.value);
  }
}
