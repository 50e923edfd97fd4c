/**
 * A function in a VPC that nobody calls for weeks loses its network interfaces and becomes Inactive. The call that finds it
 * so fails and wakes it, and calls fail until it is awake (ResourceNotReadyException). From Lambda's developer guide
 * ("Lambda function states"); how many weeks it does not say.
 */
export interface Idleness {
  readonly calledAt: number;
  /** null: it has its interfaces. */
  readonly wokenAt: number | null;
}

export interface IdleSettings {
  readonly idleMs: number;
  readonly wakeMs: number;
}

/** What a call finds, and leaves behind. */
export function onCall(
  before: Idleness,
  inVpc: boolean,
  { idleMs, wakeMs }: IdleSettings,
  now: number,
): { readonly runs: boolean; readonly after: Idleness } {
  const asleep = inVpc && before.wokenAt === null && now - before.calledAt >= idleMs;
  const wokenAt = asleep ? now : before.wokenAt;
  const runs = wokenAt === null || now - wokenAt >= wakeMs;
  return { runs, after: { calledAt: now, wokenAt: runs ? null : wokenAt } };
}
