import type { TrustBundle } from '../../contract/documents/trust';

/** What a node knows when it decides how its Alertmanager speaks to the others. */
export interface GossipSeen {
  /** null: there is none. `unknown`: it could not be read yet, and no earlier one is known. */
  readonly bundle: TrustBundle | null | 'unknown';
  /** How Alertmanager runs; null: it does not. */
  readonly runs: 'tls' | 'plain' | null;
  /** The node has a certificate that holds. */
  readonly certified: boolean;
  /** An Alertmanager of another node answers: notifications do not wait for this one. */
  readonly othersNotify: boolean;
  /** Since this agent began to ask, ms. */
  readonly waitedMs: number;
  /** Since this agent has known that gossip is to be TLS, ms. */
  readonly knownMs: number;
}

/** A machine that is new gets its certificate within seconds of asking. */
const WAIT_FOR_CERTIFICATE_MS = 120_000;
/** The moment of changing over is seconds ahead: a clock that says otherwise is wrong. */
const AHEAD_MS = 60_000;

/**
 * How Alertmanager is to speak now; `wait`: it is not started yet. Without a certificate it is not heard by those that speak TLS: it
 * waits for one as long as others notify, and then starts alone, since a second page is better than none. What speaks TLS goes on
 * when its certificate ends: connections outlive it.
 */
export function gossipWanted(seen: GossipSeen, now: number): 'tls' | 'plain' | 'wait' {
  const { bundle, runs, certified, othersNotify, waitedMs, knownMs } = seen;
  if (bundle === 'unknown') return runs ?? 'plain';
  if (bundle === null || !bundle.gossip.tls) return 'plain';
  if (now < Date.parse(bundle.gossip.since) && knownMs < AHEAD_MS) return 'plain';
  if (certified || runs === 'tls') return 'tls';
  return runs === null && othersNotify && waitedMs < WAIT_FOR_CERTIFICATE_MS ? 'wait' : 'plain';
}
