import type { Probe } from '../../core/failover/health';
import type { AgentStatus } from '../../contract/documents/agent-status';
import { PORTS } from '../../contract/ports';
import { httpGet } from '../async/http-get';

/**
 * Age of the last scrape of the stalest job, by Prometheus's own clock, so that no other clock matters.
 * Thanos is scraped less often, and says nothing about the rest.
 * `up` is written by failed scrapes too: this tells whether Prometheus works, not whether targets do.
 */
export const SCRAPE_LAG_QUERY = 'time() - min(max by (job) (timestamp(up{job!~"thanos-.+"})))';

/**
 * Probes one node: Prometheus and the agent, both at once. Never rejects. That Prometheus answers a query says that it is
 * ready, too: until then its API answers 503, by the same switch as /-/ready (test/contract/agent/probe-ready).
 */
export async function probeNode(node: string, address: string, timeoutMs: number, now: () => number): Promise<Probe> {
  const at = now();
  const errors: string[] = [];
  // One deadline for the whole probe. A hung Prometheus still accepts connections: only an answer counts.
  const signal = AbortSignal.timeout(timeoutMs);
  async function ask<T>(what: string, url: string, use: (text: string) => T): Promise<T | null> {
    try {
      return use(await httpGet(url, signal));
    } catch (error) {
      errors.push(`${what}: ${reasonOf(error)}`);
      return null;
    }
  }
  const query = `api/v1/query?query=${encodeURIComponent(SCRAPE_LAG_QUERY)}`;
  const [answer, status] = await Promise.all([
    ask('Prometheus', `http://${address}:${PORTS.prometheus}/${query}`, (text) => ({
      lagMs: lagOf(JSON.parse(text) as PrometheusVector),
    })),
    ask('agent', `http://${address}:${PORTS.agent}/v1/status`, (text) => JSON.parse(text) as AgentStatus),
  ]);
  return {
    node,
    at,
    ready: answer !== null,
    scrapeLagMs: answer?.lagMs ?? null,
    agent: status && {
      appliedEpoch: status.appliedEpoch,
      gateOpen: status.gate.open,
      gateWarm: status.gate.warm,
      storeReachable: status.store.reachable,
      watchdogAt: status.watchdog?.evaluatedAt ? Date.parse(status.watchdog.evaluatedAt) : null,
      ...(typeof status.profile?.slowScrapeMs === 'number' ? { slowScrapeMs: status.profile.slowScrapeMs } : {}),
      ...(status.profile?.settling ? { settling: true as const } : {}),
      ...(status.sidecar ? { uploadAgeMs: status.sidecar.uploadAgeMs } : {}),
      ...(status.scrub ? { damage: status.scrub.damage.map((d) => ({ class: d.class, ifStarted: d.ifStarted })) } : {}),
      ...(status.volume ? { volumeTrouble: status.volume.trouble } : {}),
      ...(status.pause ? { pause: status.pause } : {}),
    },
    errors,
  };
}

interface PrometheusVector {
  readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] };
}

function lagOf(answer: PrometheusVector): number | null {
  const value = answer.data.result[0]?.value[1];
  return value === undefined ? null : Math.max(0, Number(value) * 1000);
}

/** fetch hides the reason (ECONNREFUSED, EHOSTUNREACH, …) in `cause`; node:http has it on the error itself. */
export function reasonOf(error: unknown): string {
  const { name, message, code, cause } = error as Error & {
    code?: unknown;
    cause?: { code?: string; message?: string };
  };
  if (name === 'TimeoutError') return 'no answer in time';
  return cause?.code ?? cause?.message ?? (typeof code === 'string' ? code : message);
}
