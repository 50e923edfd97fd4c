import type { AgentStatus } from '../../contract/documents/agent-status';

/** A status of the node that took over, with when it was asked for and answered, by our clock. */
export interface ReadStatus {
  readonly status: Pick<AgentStatus, 'now' | 'gate'>;
  readonly askedAt: number;
  readonly answeredAt: number;
}

/**
 * From the order until an Alertmanager accepted that node's alerts, ms, whatever the difference of the clocks; null: none
 * did since its gate opened. `orderedAt` by our clock.
 */
export function acceptedAfterMs(orderedAt: number, { status, askedAt, answeredAt }: ReadStatus): number | null {
  const { firstAcceptedAt, openedAt } = status.gate;
  if (firstAcceptedAt === null || openedAt === null) return null;
  const ahead = Date.parse(status.now) - (askedAt + answeredAt) / 2;
  return Date.parse(firstAcceptedAt) - ahead - orderedAt;
}
