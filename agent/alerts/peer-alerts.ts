import { readHeldAlerts } from '../../lib/shell/probes/agent-api';
import { messageOf, type Log } from '../base/log';
import type { ProcessRecord } from '../process/process-record';
import type { AlertGate } from './alert-gate';
import { isPrimed } from './priming';

export interface PeerAlertsDeps {
  readonly gate: AlertGate;
  /** Addresses of the shard's other nodes. */
  readonly peers: () => Iterable<string>;
  readonly prometheus: Pick<ProcessRecord, 'startedAt' | 'reloadedAt'>;
  readonly resendDelayMs: number;
  readonly timeoutMs: number;
  readonly log: Log;
}

/** What this node's gate may have missed, and its peers have heard. */
export class PeerAlerts {
  constructor(private readonly deps: PeerAlertsDeps) {}

  async merge(): Promise<void> {
    const { gate, peers, prometheus, timeoutMs, log } = this.deps;
    this.forgetUnrepeated();
    if (this.heardAllSince(prometheus.reloadedAt)) gate.forgetPeerAlerts();
    else if (gate.isOpen) await mergeFromPeers(gate, peers(), timeoutMs, log);
  }

  /** Before the gate opens, too: what only an earlier Prometheus said to fire may be over, and would be told again. */
  forgetUnrepeated(): void {
    const { gate, prometheus } = this.deps;
    if (this.isPrimed) gate.forgetFiringBefore(Date.parse(prometheus.startedAt!));
  }

  /** Since its Prometheus started, the gate has heard of everything that fires. */
  get isPrimed(): boolean {
    return this.heardAllSince(0);
  }

  private heardAllSince(reloadedAt: number): boolean {
    const { gate, prometheus, resendDelayMs } = this.deps;
    const { startedAt } = prometheus;
    const prometheusSendsSince = startedAt === null ? null : Math.max(reloadedAt, Date.parse(startedAt));
    return isPrimed({ gateListeningSince: gate.listeningSince, prometheusSendsSince, resendDelayMs }, Date.now());
  }
}

/**
 * Fetches what the peers' gates hold. Prometheus drops a post that fails and repeats it only after the
 * resend delay, so a gate that was down has missed what the peers, with the same rules, have heard.
 */
async function mergeFromPeers(gate: AlertGate, peers: Iterable<string>, timeoutMs: number, log: Log): Promise<void> {
  await Promise.all(
    [...peers].map(async (address) => {
      try {
        let [held, merged] = [0, 0];
        await readHeldAlerts(address, AbortSignal.timeout(timeoutMs), (alerts) => {
          held += alerts.length;
          merged += gate.merge(alerts);
        });
        if (merged > 0) log('info', 'held-merged', { peer: address, held, merged });
      } catch (error) {
        log('warn', 'held-merge-failed', { peer: address, error: messageOf(error) });
      }
    }),
  );
}
