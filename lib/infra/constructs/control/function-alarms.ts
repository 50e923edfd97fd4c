import { type AlarmSpec, type FunctionMetric, QUIET } from './alarm-spec';
import { CONTROL_FUNCTIONS } from './functions';

/** Of each function: it fails, Lambda does not let it run, or its schedule does not start it. */
export function functionAlarms(functions: readonly string[]): AlarmSpec[] {
  const scheduled = functions.flatMap((name) => {
    const every = CONTROL_FUNCTIONS.find((f) => f.name === name)?.schedule?.every;
    return every === undefined ? [] : [{ name, minutes: every === 'minute' ? (1 as const) : (5 as const) }];
  });
  return [
    ...functions.map((name): AlarmSpec => ({
      ...once(name, 'Errors'),
      name: `${name}-errors`,
      description: `The function ${name} failed.`,
    })),
    ...functions.filter(isAskedByPrograms).map((name): AlarmSpec => ({
      ...once(name, 'Throttles'),
      name: `${name}-throttled`,
      runbook: 'function-throttled',
      description: `Lambda refused to run ${name}: the account's concurrency is used up.`,
    })),
    ...functions.filter(isAskedOnce).map((name): AlarmSpec => ({
      ...once(name, 'DestinationDeliveryFailures'),
      name: `${name}-calls-lost`,
      runbook: 'calls-lost',
      description: `Lambda gave up a call of ${name} and could not keep it in the queue: nobody will ask again.`,
    })),
    // Its own metrics cannot say this.
    ...scheduled.map(({ name, minutes }): AlarmSpec => ({
      name: `${name}-not-running`,
      runbook: 'function-not-running',
      description: `The function ${name} has not run for ${3 * minutes} minutes.`,
      looksAt: { of: 'function', name, metric: 'Invocations' },
      statistic: 'Sum',
      periodS: minutes === 1 ? 60 : 300,
      periods: 3,
      when: ['<', 1],
      missing: 'breaching',
    })),
  ];
}

/** Whoever asks the others is a person at a terminal, and is told that they were throttled. */
const isAskedByPrograms = (name: string): boolean => name !== 'relay' && name !== 'silence';

/** Whatever else is asked comes again within a minute or five, by a schedule or by health-check. */
const isAskedOnce = (name: string): boolean => name === 'promote-alerting' || name === 'reconnect-redis';

const once = (name: string, metric: FunctionMetric) =>
  ({
    ...QUIET,
    looksAt: { of: 'function', name, metric },
    statistic: 'Sum',
    periodS: 60,
    periods: 1,
    when: ['>=', 1],
  }) as const;
