import { ALARM_EVENT } from '../../lib/contract/documents/events';

export interface Alarm {
  readonly alarmName: string;
  readonly state: string;
}

/** Null when the event is of another kind, or says less than CloudWatch does. */
export function alarmEventOf(event: unknown): Alarm | null {
  if (!ALARM_EVENT.is(event)) return null;
  const { alarmName, state } = event.alarmData;
  return { alarmName, state: state.value };
}
