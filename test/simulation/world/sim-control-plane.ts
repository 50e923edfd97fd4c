import type { Counts } from '../../../lambdas/health-check/cycle';
import { probeLoop } from '../../../lambdas/health-check/loop';
import type { FunctionConfig } from '../../../lambdas/shared/config';
import { promote } from '../../../lib/shell/assignment/promote';
import { FUNCTIONS, type Fault } from './faults';
import type { World } from './world';

const MINUTE = 60_000;
const LOOP_MS = 68_000;
const ALARM_PERIOD_MS = 10_000;

/** The schedule, the loops it starts (their cycles are the real ones) and the alarm. */
export class SimControlPlane {
  private down = 0;
  private life = 0;
  private points: number[] = [];
  private alarming = false;

  constructor(private readonly world: World) {}

  start(invocations: readonly Extract<Fault, { kind: 'invocation' }>[], until: number): void {
    const { kernel, random } = this.world;
    const phase = 3_000 * random();
    for (let minute = 0; phase + minute * MINUTE < until; minute += 1) {
      const faults = invocations.filter((f) => f.minute === minute);
      const late = Math.max(0, ...faults.filter((f) => f.how === 'late').map((f) => f.byMs));
      if (!faults.some((f) => f.how === 'lost')) {
        kernel.after(phase + minute * MINUTE + late + 200 * random(), () => this.invoke(`${minute}`));
      }
      for (const f of faults.filter((g) => g.how === 'repeated')) {
        kernel.after(phase + minute * MINUTE + f.byMs, () => this.invoke(`${minute} again`));
      }
    }
    const evaluate = (): void => {
      this.evaluateAlarm();
      kernel.after(ALARM_PERIOD_MS, evaluate);
    };
    kernel.after(ALARM_PERIOD_MS * (1 + random()), evaluate);
  }

  /** Every running function dies and none is started, until it ends. Loops come back with the next minute. */
  outage(begins: boolean): void {
    this.down += begins ? 1 : -1;
    if (begins) this.life += 1;
  }

  /** promote-alerting, invoked by the alarm or by anybody. */
  promote(): void {
    if (this.down > 0) return;
    const life = this.life;
    promote(
      { caller: 'alarm' },
      this.world.control(() => life === this.life),
    ).then(
      (outcome) => this.world.tell(`promote-alerting (alarm): ${outcome.because}`),
      (error: Error) => this.world.tell(`promote-alerting (alarm): ${error.message}`),
    );
  }

  private invoke(name: string): void {
    const { world } = this;
    const { policy } = world;
    if (this.down > 0) return world.tell('health-check is not started: the control plane is down');
    const life = this.life;
    const alive = (): boolean => life === this.life;
    const config: FunctionConfig = { cluster: 'c', shard: 0, controlBucket: 'b', policy };
    const count = async ({ assignment, nodes }: Counts): Promise<void> => {
      const active = assignment?.active;
      this.points.push(active !== undefined && nodes.get(active)?.healthy ? 1 : 0);
    };
    probeLoop(world.control(alive), config, name, LOOP_MS, world.timeOf(FUNCTIONS, alive), count).catch(
      (error: Error) => world.judge.violated(`health-check rejected: ${error.message}`),
    );
  }

  /** One period below 1, or without any data, alarms; actions run when the state changes. */
  private evaluateAlarm(): void {
    const bad = this.points.length === 0 || Math.min(...this.points) < 1;
    this.points = [];
    if (bad && !this.alarming) {
      this.world.tell('the alarm goes off');
      this.world.kernel.after(300 + 700 * this.world.random(), () => this.promote());
    }
    this.alarming = bad;
  }
}
