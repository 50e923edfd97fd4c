/** What CloudWatch sends to a function that is an alarm's action, as far as it is used here. */
export interface AlarmEvent {
  readonly alarmName: string;
  readonly state: string;
}

/** Null when the event is of another kind, or says less than CloudWatch does. */
export function alarmEventOf(event: unknown): AlarmEvent | null {
  const { source, alarmData } = (event ?? {}) as {
    source?: unknown;
    alarmData?: { alarmName?: unknown; state?: { value?: unknown } | null } | null;
  };
  const alarmName = alarmData?.alarmName;
  const state = alarmData?.state?.value;
  if (source !== 'aws.cloudwatch' || typeof alarmName !== 'string' || typeof state !== 'string') return null;
  return { alarmName, state };
}
