import { durationMs } from '../../contract/duration';
import { DEFAULT_POLICY, type Policy } from '../../contract/documents/policy';
import { WATCHDOG_INTERVAL_MS } from '../../core/alerts/watchdog';
import { merge } from './overlay/merge';
import type { ClusterConfig } from './schema/schema';

type Intervals = Pick<ClusterConfig, 'scrapeInterval' | 'evaluationInterval' | 'resendDelay'>;

/** So many scrapes may fail in a row before a node is said not to scrape. */
const SCRAPES = 3;
/** A notification may be late by so much, and what is derived is rounded up to it. */
const SLACK_MS = 10_000;

/** What the user says of the policy; what hangs on intervals follows them where the user does not say it. */
export function policyOf(config: Intervals & Pick<ClusterConfig, 'policy'>): Policy {
  const said = merge(DEFAULT_POLICY, config.policy ?? {}) as Policy;
  const proof = oldestProofMs(said, config) + durationMs(config.evaluationInterval) + SLACK_MS;
  return {
    ...said,
    maxScrapeLagMs:
      config.policy?.maxScrapeLagMs ?? Math.max(said.maxScrapeLagMs, SCRAPES * durationMs(config.scrapeInterval)),
    alertingSilentMs:
      config.policy?.alertingSilentMs ?? Math.max(said.alertingSilentMs, Math.ceil(proof / SLACK_MS) * SLACK_MS),
  };
}

/** From a failure to the moment at which another node alerts, at worst. */
export function slowestFailoverMs(p: Policy): number {
  const noticed = Math.max(p.probe.fall * p.probe.intervalMs, p.heartbeatStaleMs, p.storeOutageGraceMs);
  return noticed + p.probe.fall * p.probe.intervalMs + p.verifyTimeoutMs + p.storeTimeoutMs + p.pollMs;
}

/** Alertmanager has the watchdog as of the last resend, and sends it at the next turn of its group. */
export function oldestProofMs(p: Policy, { resendDelay }: Pick<Intervals, 'resendDelay'>): number {
  return durationMs(resendDelay) + WATCHDOG_INTERVAL_MS + slowestFailoverMs(p);
}
