import { UserError } from '../../contract/errors';
import type { Probe } from '../../core/failover/health';
import type { AgentStatus } from '../../contract/documents/agent-status';
import { PORTS } from '../../contract/ports';
import { OWN_JOBS } from '../../contract/own-jobs';
import { foreignAnswer } from '../aws/foreign-answer';
import { Prometheus } from '../prometheus/client';
import { readAgentStatus } from './agent-api';

/**
 * Age of the last scrape of the stalest job, by Prometheus's own clock, so that no other clock matters. Of the cluster's own jobs,
 * which every node has and whose interval is known: a user's job may have any, and what keeps Prometheus from scraping at all
 * keeps it from these. `up` is written by failed scrapes too: this tells whether Prometheus works, not whether targets do.
 */
export const SCRAPE_LAG_QUERY = `time() - min(max by (job) (timestamp(up{job=~"${OWN_JOBS.join('|')}"})))`;

/** Each question is asked again so often while it is not answered: one lost packet is no miss (docs/decisions/0022). */
const AGAIN_MS = 250;

/**
 * Probes one node: Prometheus and the agent, both at once. Never rejects, whatever answers: who says nothing that can be
 * understood counts as silent. That Prometheus answers a query says that it is ready, too: until then its API answers
 * 503, by the same switch as /-/ready (test/contract/agent/probe-ready). `knownEpoch`: see readAgentStatus.
 */
export async function probeNode(
  node: string,
  address: string,
  timeoutMs: number,
  now: () => number,
  knownEpoch = 0,
): Promise<Probe> {
  const at = now();
  const errors: string[] = [];
  // One deadline for the whole probe. A hung Prometheus still accepts connections: only an answer counts.
  const signal = AbortSignal.timeout(timeoutMs);
  const ask = async <T>(what: string, answer: Promise<T>): Promise<T | null> => {
    try {
      return await answer;
    } catch (error) {
      errors.push(`${what}: ${reasonOf(error)}`);
      return null;
    }
  };
  const prometheus = new Prometheus(`http://${address}:${PORTS.prometheus}`, { timeoutMs, signal, againMs: AGAIN_MS });
  let [answer, status] = await Promise.all([
    ask('Prometheus', prometheus.vector(SCRAPE_LAG_QUERY)),
    ask('agent', readAgentStatus(address, signal, knownEpoch, AGAIN_MS)),
  ]);
  // An address that was given to another node meanwhile says nothing of this one.
  if (status !== null && status.node !== node) {
    errors.push(`${status.node} answers at ${address}`);
    [answer, status] = [null, null];
  }
  return {
    node,
    at,
    ready: answer !== null,
    scrapeLagMs: answer === null ? null : lagOf(answer),
    agent: status && seenOf(status),
    errors,
  };
}

/** What of an agent's status bears on anybody's decision. */
function seenOf(status: AgentStatus): NonNullable<Probe['agent']> {
  const { config, gate, store, watch, watchdog, sidecar, nodeQuery, scrub, volume, pause } = status;
  return {
    appliedEpoch: status.appliedEpoch,
    gateOpen: gate.open,
    gatePrimed: gate.primed,
    storeReachable: store.reachable,
    watchdogAt: watchdog?.evaluatedAt ? Date.parse(watchdog.evaluatedAt) : null,
    ...(status.undiscovered?.length ? { undiscovered: status.undiscovered } : {}),
    ...(status.rulesLate ? { rulesLate: status.rulesLate } : {}),
    ...(status.secrets?.missing.length ? { lacksSecrets: status.secrets.missing.map(({ name }) => name) } : {}),
    ...(status.undelivered?.length ? { undelivered: status.undelivered } : {}),
    ...(nodeQuery ? { answersClients: nodeQuery.problem === null } : {}),
    ...(sidecar ? { uploadAgeMs: sidecar.uploadAgeMs } : {}),
    ...(scrub ? { corruption: scrub.corruption.map((d) => ({ class: d.class, ifStarted: d.ifStarted })) } : {}),
    ...(status.trust ? { trust: status.trust } : {}),
    ...(volume ? { volumeTrouble: volume.trouble } : {}),
    ...(config.well === undefined
      ? {}
      : { config: { hash: config.hash, well: config.well, refused: config.refused ?? null } }),
    ...(pause ? { pause } : {}),
    ...(watch ? { watch } : {}),
  };
}

function lagOf([first]: readonly { readonly value: number }[]): number | null {
  return first === undefined || !Number.isFinite(first.value) ? null : Math.max(0, first.value * 1000);
}

/** fetch hides the reason (ECONNREFUSED, EHOSTUNREACH, …) in `cause`; node:http has it on the error itself. */
export function reasonOf(error: unknown): string {
  if (error instanceof UserError) return error.message.replace(/\s*\n\s*/g, '; ');
  const { name, message, code, cause } = error as Error & {
    code?: unknown;
    cause?: { code?: string; message?: string };
  };
  if (name === 'TimeoutError') return 'no answer in time';
  const foreign = foreignAnswer(error);
  if (foreign !== null) return foreign;
  return cause?.code ?? cause?.message ?? (typeof code === 'string' ? code : message);
}
