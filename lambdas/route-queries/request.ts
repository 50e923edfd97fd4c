import { UserError } from '../../lib/core/errors';

/** What an invocation asks for: a minute of probes, one decision, or nothing (and why). */
export type RoutingRequest = { readonly kind: 'loop' | 'once' } | { readonly kind: 'ignore'; readonly because: string };

/** Reads an invocation's event. @throws UserError for an event that nobody is known to send */
export function readRoutingRequest(event: unknown): RoutingRequest {
  const { source, alarmData } = (event ?? {}) as {
    source?: string;
    alarmData?: { alarmName: string; state: { value: string } };
  };
  if (source === 'schedule') return { kind: 'loop' };
  if (source === 'operator') return { kind: 'once' };
  if (source === 'aws.cloudwatch' && alarmData !== undefined) {
    const { alarmName, state } = alarmData;
    if (state.value === 'ALARM') return { kind: 'once' };
    return { kind: 'ignore', because: `${alarmName} is ${state.value}: nothing to do.` };
  }
  throw new UserError({
    what: 'route-queries was called with an event that it does not know',
    got: JSON.stringify(event)?.slice(0, 200) ?? 'nothing',
    expected: '{"source":"schedule"}, {"source":"operator"} or a CloudWatch alarm\'s event',
    fix: 'call it with one of these',
  });
}
