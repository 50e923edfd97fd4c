import { UserError } from '../../lib/core/errors';

/** Null when the load is to be looked at, else why not. @throws UserError for an event that nobody is known to send */
export function reasonToIgnore(event: unknown): string | null {
  const { source, alarmData } = (event ?? {}) as {
    source?: string;
    alarmData?: { alarmName: string; state: { value: string } };
  };
  if (source === 'schedule' || source === 'operator') return null;
  if (source === 'aws.cloudwatch' && alarmData !== undefined) {
    const { alarmName, state } = alarmData;
    return state.value === 'ALARM' ? null : `${alarmName} is ${state.value}: nothing to do.`;
  }
  throw new UserError({
    what: 'shed-load was called with an event that it does not know',
    got: JSON.stringify(event)?.slice(0, 200) ?? 'nothing',
    expected: '{"source":"schedule"}, {"source":"operator"} or a CloudWatch alarm\'s event',
    fix: 'call it with one of these',
  });
}
