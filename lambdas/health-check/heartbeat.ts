import type { Policy } from '../../lib/contract/documents/policy';

/**
 * Whether the control plane has to say again that it probes. `beatAt`: when it last did, null for a loop that has not;
 * both in ms by one clock, which may have been set back. Cycles are not to the millisecond.
 */
export function isBeatDue(beatAt: number | null, { heartbeatMs, probe }: Policy, now: number): boolean {
  if (beatAt === null || now < beatAt) return true;
  return now - beatAt >= heartbeatMs - probe.intervalMs / 2;
}
