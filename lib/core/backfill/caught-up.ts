import type { AgentStatus } from '../../contract/documents/agent-status';

/**
 * What keeps a node from being as good as the one it replaced; null when nothing does. A rolling deploy waits for this
 * before it touches the next node: readiness alone comes six seconds before the first scrape, and a gate that has not
 * heard every alert yet could not take over without waiting for Prometheus to repeat them.
 */
export function notCaughtUp({ prometheus, config, gate }: AgentStatus): string | null {
  if (prometheus.pid === null) return `Prometheus does not run: ${prometheus.lastExit ?? 'not started yet'}`;
  if (config.error !== null) return `it cannot run the deployed configuration: ${config.error}`;
  if (config.hash === null) return 'it has no configuration yet';
  if (!gate.primed) return 'Prometheus is not scraping yet, or its gate has not heard every alert yet';
  return null;
}
