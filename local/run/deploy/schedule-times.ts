/** When EventBridge calls, from its user guide ("Creating a rule that runs on a schedule"). */
export interface Times {
  readonly everyMs: number;
  /** Of `cron`: ms after the full multiples of `everyMs`, UTC. Absent: from its creation on. */
  readonly atMs?: number;
}

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** @throws Error for an expression that nothing here deploys */
export function timesOf(expression: string): Times {
  const [, n, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (unit !== undefined) return { everyMs: Number(n) * UNITS[unit]! };
  const [, from, every] = /^cron\((\d+)\/(\d+) \* \* \* \? \*\)$/.exec(expression) ?? [];
  // Others begin anew with each hour, and are no plain period.
  if (every !== undefined && 60 % Number(every) === 0)
    return { everyMs: Number(every) * UNITS.minute!, atMs: Number(from) * UNITS.minute! };
  throw new Error(`the local run plays only rate(…) and cron(m/n * * * ? *) schedules, not ${expression}`);
}

/** How long after `now`, ms since the Unix epoch, the first call comes. Of a rate at once: the minute may be just over. */
export function firstAfterMs({ everyMs, atMs }: Times, now: number): number {
  if (atMs === undefined) return 0;
  return (((atMs - now) % everyMs) + everyMs) % everyMs;
}
