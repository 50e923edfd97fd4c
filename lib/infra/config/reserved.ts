import { UserError } from '../../contract/errors';

/** Names that begin so are the project's own: what the local run adds to a user's configuration must not meet a namesake. */
export const RESERVED_PREFIX = 'prometheus-ha-';

/** Alerts of the demonstration that `npm start` and `npm run drill` add (local/demo). */
export const RESERVED_ALERTS: readonly string[] = [
  'DrillImmediate',
  'DrillFor5s',
  'DrillFor30s',
  'DrillKept',
  'DrillWaiting',
  'DemoRedisDown',
  'DemoDuckDBDown',
  'DemoScrapeLimitExceeded',
];

/** The label of alerts of the demonstration: the local run routes them by it. */
export const DEMO_LABEL = 'prometheus_ha_demo';

export const isReserved = (name: string): boolean => name.startsWith(RESERVED_PREFIX);

/** A name of the user's that is one of the project's own, or begins like them. `kind`: "a job", "a rule file". */
export function reservedName(kind: string, name: string, where: string): UserError {
  return new UserError({
    what: `this name is reserved: ${kind} of the project itself, or of the local run, has it`,
    where,
    got: `'${name}'`,
    expected: RESERVED_ALERTS.includes(name)
      ? `a name other than ${RESERVED_ALERTS.join(', ')}`
      : `a name that does not begin with ${RESERVED_PREFIX}`,
    fix: 'rename it',
  });
}
