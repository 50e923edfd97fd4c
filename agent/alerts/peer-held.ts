import { PORTS } from '../../lib/contract/ports';
import type { PostedAlert } from '../../lib/core/alerts/gate';
import { messageOf, type Log } from '../base/log';
import type { AlertGate } from './alert-gate';

/**
 * Fetches what the peers' gates hold. Prometheus drops a post that fails and repeats it only after the
 * resend delay, so a gate that was down has missed what the peers, with the same rules, have heard.
 */
export async function mergeFromPeers(
  gate: AlertGate,
  peers: Iterable<string>,
  timeoutMs: number,
  log: Log,
): Promise<void> {
  await Promise.all(
    [...peers].map(async (address) => {
      try {
        const response = await fetch(`http://${address}:${PORTS.agent}/v1/held`, {
          signal: AbortSignal.timeout(timeoutMs),
        });
        if (!response.ok) throw new Error(`HTTP ${response.status}`);
        const held = (await response.json()) as { alerts: PostedAlert[] };
        const merged = gate.merge(held.alerts);
        if (merged > 0) log('info', 'held-merged', { peer: address, held: held.alerts.length, merged });
      } catch (error) {
        log('warn', 'held-merge-failed', { peer: address, error: messageOf(error) });
      }
    }),
  );
}
