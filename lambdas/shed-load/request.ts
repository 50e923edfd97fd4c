import { excerpt } from '../../lib/contract/document';
import { DUE_EVENT, OPERATOR_EVENT, SCHEDULE_EVENT } from '../../lib/contract/documents/events';
import { UserError } from '../../lib/contract/errors';
import { alarmEventOf } from '../shared/alarm-event';

/** Null when the load is to be looked at, else why not. @throws UserError for an event that nobody is known to send */
export function reasonToIgnore(event: unknown): string | null {
  if (DUE_EVENT.is(event) || SCHEDULE_EVENT.is(event) || OPERATOR_EVENT.is(event)) return null;
  const alarm = alarmEventOf(event);
  if (alarm !== null) return alarm.state === 'ALARM' ? null : `${alarm.alarmName} is ${alarm.state}: nothing to do.`;
  throw new UserError({
    what: 'shed-load was called with an event that it does not know',
    got: excerpt(event),
    expected:
      '{"source":"health-check","forMs":<ms>}, {"source":"schedule"}, {"source":"operator"} or a CloudWatch alarm\'s event',
    fix: 'call it with one of these',
  });
}
