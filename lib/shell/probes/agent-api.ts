import { AGENT_STATUS, KNOWN_EPOCH, type AgentStatus } from '../../contract/documents/agent-status';
import { HELD_ALERTS, IN_HELD_ALERTS, type PostedAlert } from '../../contract/documents/alerts';
import { PORTS } from '../../contract/ports';
import { httpGet } from '../async/http-get';
import { parseInTurns } from '../async/in-turns';

/**
 * What a node's agent says of itself. `knownEpoch`: of the assignment that the asker knows; an agent that knows an earlier one reads
 * the bucket at once. 0: none. `againMs`: see httpGet. @throws when it does not answer in time, or with something else
 */
export async function readAgentStatus(
  address: string,
  signal: AbortSignal,
  knownEpoch = 0,
  againMs?: number,
): Promise<AgentStatus> {
  const url = `http://${address}:${PORTS.agent}/v1/status${knownEpoch === 0 ? '' : `?${KNOWN_EPOCH}=${knownEpoch}`}`;
  return AGENT_STATUS.parse(await httpGet(url, signal, AGENT_STATUS.maxBytes, againMs), url);
}

/** What its gate holds, some at a time. @throws when it does not answer in time, or with something else */
export async function readHeldAlerts(
  address: string,
  signal: AbortSignal,
  take: (alerts: readonly PostedAlert[]) => void,
): Promise<void> {
  const url = `http://${address}:${PORTS.agent}/v1/held`;
  const answer = await httpGet(url, signal, HELD_ALERTS.maxBytes);
  await parseInTurns(HELD_ALERTS, answer, url, ({ alerts }) => take(alerts), IN_HELD_ALERTS);
}
