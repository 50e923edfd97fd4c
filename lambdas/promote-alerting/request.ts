import { excerpt } from '../../lib/contract/document';
import { AGENT_EVENT, OPERATOR_EVENT, SCHEDULE_EVENT } from '../../lib/contract/documents/events';
import type { PromoteRequest } from '../../lib/shell/assignment/promote';
import { UserError } from '../../lib/contract/errors';
import { alarmEventOf } from '../shared/alarm-event';

/** Reads an invocation's event. @throws UserError for an event that nobody is known to send */
export function readPromoteRequest(
  event: unknown,
  nodes: readonly string[],
): { request: PromoteRequest } | { ignore: string } {
  const alarm = alarmEventOf(event);
  if (alarm !== null) {
    if (alarm.state !== 'ALARM') return { ignore: `${alarm.alarmName} is ${alarm.state}: nothing to do.` };
    return { request: { caller: 'alarm' } };
  }
  // The second trigger, too: it rings every minute.
  if (SCHEDULE_EVENT.is(event)) return { request: { caller: 'alarm' } };
  if (OPERATOR_EVENT.is(event)) return { request: { caller: 'operator' } };
  if (AGENT_EVENT.is(event)) {
    const { exited } = event;
    if (exited === undefined) return { request: { caller: 'agent' } };
    if (nodes.includes(exited)) return { request: { caller: 'agent', exited } };
    throw new UserError({
      what: 'an agent reports the exit of a node that is not in this shard',
      got: JSON.stringify(exited),
      expected: `one of ${nodes.join(', ')}`,
      fix: 'call the function of its own shard',
    });
  }
  throw new UserError({
    what: 'promote-alerting was called with an event that it does not know',
    got: excerpt(event),
    expected: '{"source":"operator"}, {"source":"agent","exited":"<node>"} or a CloudWatch alarm\'s event',
    fix: 'call it with one of these',
  });
}
