import { policyProblems } from '../../../contract/policy-relations';
import { WATCHDOG_INTERVAL_MS } from '../../../core/alerts/watchdog';
import type { Cluster } from '../cluster';
import { parseDuration } from '../../../contract/duration';
import { oldestProofMs, slowestFailoverMs } from '../policy-defaults';
import type { Contradiction } from './contradiction';

/** Time-outs, intervals and how long alerts live. */
export function times(c: Cluster): Contradiction[] {
  const found: Contradiction[] = policyProblems(c.policy).map(({ path, ...problem }) => ({
    path: ['policy', ...path],
    ...problem,
    fix: 'change one of the two in policy; what is not written there is in DEFAULT_POLICY (lib/contract/documents/policy.ts)',
  }));
  if (parseDuration(c.evaluationInterval)! < parseDuration(c.scrapeInterval)!) {
    found.push({
      path: ['evaluationInterval'],
      what: 'rules are evaluated more often than there are new samples',
      got: c.evaluationInterval,
      expected: `at least scrapeInterval (${c.scrapeInterval})`,
      fix: 'raise evaluationInterval',
    });
  }
  const { policy: p } = c;
  const worst = slowestFailoverMs(p);
  // An alert ends 4 × resendDelay after it was last sent, and that was up to one resendDelay before the failure.
  const lives = 3 * parseDuration(c.resendDelay)!;
  if (lives <= worst) {
    found.push({
      path: ['resendDelay'],
      what: 'firing alerts would be resolved falsely during the slowest failover',
      got: `${c.resendDelay}: an alert may run out ${lives / 1000} s after the failure`,
      expected: `more than ${Math.ceil(worst / 3000)} s: the slowest failover takes ${worst / 1000} s by the policy`,
      fix: 'raise resendDelay, or lower heartbeatStaleMs or storeOutageGraceMs',
    });
  }
  const proofAge = oldestProofMs(p, c);
  if (p.alertingSilentMs <= proofAge) {
    found.push({
      path: ['policy', 'alertingSilentMs'],
      what: 'the slowest failover would look as if alerting were silent',
      got: `${p.alertingSilentMs} ms`,
      expected: `more than ${proofAge} ms: resendDelay, the ${WATCHDOG_INTERVAL_MS / 1000} s between two proofs, and the slowest failover`,
      fix: 'raise it or lower resendDelay; or leave it out: then it follows from the intervals',
    });
  }
  if (p.maxScrapeLagMs <= parseDuration(c.scrapeInterval)! * 2) {
    found.push({
      path: ['policy', 'maxScrapeLagMs'],
      what: 'a node that scrapes as it should would look as if it did not',
      got: `${p.maxScrapeLagMs} ms with scrapeInterval ${c.scrapeInterval}`,
      expected: 'more than 2 scrape intervals',
      fix: 'raise it, or leave it out: then it is three, and 5 s at least',
    });
  }
  return found;
}
