import { readHeldAlerts } from '../../lib/shell/probes/agent-api';
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
        const held = await readHeldAlerts(address, AbortSignal.timeout(timeoutMs));
        const merged = gate.merge(held);
        if (merged > 0) log('info', 'held-merged', { peer: address, held: held.length, merged });
      } catch (error) {
        log('warn', 'held-merge-failed', { peer: address, error: messageOf(error) });
      }
    }),
  );
}
