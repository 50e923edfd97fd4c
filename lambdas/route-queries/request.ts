import { excerpt } from '../../lib/contract/document';
import { OPERATOR_EVENT } from '../../lib/contract/documents/events';
import { UserError } from '../../lib/contract/errors';
import { alarmEventOf } from '../shared/alarm-event';
import { askedForMs } from '../shared/loop';

/** What an invocation asks for: to look until all is well, at most so long; one decision; or nothing (and why). */
export type RoutingRequest =
  | { readonly kind: 'loop'; readonly forMs: number }
  | { readonly kind: 'once' }
  | { readonly kind: 'ignore'; readonly because: string };

/** Reads an invocation's event. @throws UserError for an event that nobody is known to send */
export function readRoutingRequest(event: unknown): RoutingRequest {
  const forMs = askedForMs(event);
  if (forMs !== null) return { kind: 'loop', forMs };
  if (OPERATOR_EVENT.is(event)) return { kind: 'once' };
  const alarm = alarmEventOf(event);
  if (alarm !== null) {
    if (alarm.state === 'ALARM') return { kind: 'once' };
    return { kind: 'ignore', because: `${alarm.alarmName} is ${alarm.state}: nothing to do.` };
  }
  throw new UserError({
    what: 'route-queries was called with an event that it does not know',
    got: excerpt(event),
    expected:
      '{"source":"health-check","forMs":<ms>}, {"source":"schedule"}, {"source":"operator"} or a CloudWatch alarm\'s event',
    fix: 'call it with one of these',
  });
}
