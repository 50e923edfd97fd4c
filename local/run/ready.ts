import { httpGet } from '../../lib/shell/async/http-get';
import { probeNode, reasonOf } from '../../lib/shell/probes/prober';
import { s3ControlStore } from '../../lib/shell/assignment/store';
import { S3Client } from '@aws-sdk/client-s3';
import type { Assignment } from '../../lib/contract/documents/assignment';
import { DEFAULT_POLICY } from '../../lib/contract/documents/policy';
import { complaints, isPromotable, isAlerting, type Probe } from '../../lib/core/failover/health';
import { LOCAL_CREDENTIALS } from './deploy/read-back';
import type { RunState } from '../../lib/shell/local/run-state';

export interface Readiness {
  readonly ready: boolean;
  readonly assignment: Assignment | null;
  readonly probes: ReadonlyMap<string, Probe>;
  /** What is still missing, for a person. */
  readonly missing: string;
}

/** Reads the control bucket of a local run. */
export function localStore(state: RunState, shard = 0): ReturnType<typeof s3ControlStore> {
  const s3 = new S3Client({
    endpoint: state.endpoint,
    region: state.region,
    credentials: LOCAL_CREDENTIALS,
    forcePathStyle: true,
    maxAttempts: 1,
  });
  return s3ControlStore(s3, state.controlBucket, shard, 3_000);
}

/** Whether one node alerts and every other one could take over. */
export async function readiness(state: RunState, store = localStore(state)): Promise<Readiness> {
  const [read, probes] = await Promise.all([
    store.readAssignment(),
    Promise.all(state.nodes.map((n) => probeNode(n.node, n.address, 1_000, Date.now))),
  ]);
  const assignment = read?.assignment ?? null;
  const missing = probes
    .map((probe) => {
      const wrong = complaints(probe, DEFAULT_POLICY);
      if (wrong !== '') return `${probe.node}: ${wrong}`;
      if (probe.node === assignment?.active)
        return isAlerting(probe, DEFAULT_POLICY) ? '' : `${probe.node}: its gate is closed`;
      return isPromotable(probe, DEFAULT_POLICY) ? '' : `${probe.node}: its gate listens, but not for long enough yet`;
    })
    .filter((line) => line !== '');
  missing.push(...withoutTls(probes));
  if (assignment === null) missing.unshift('nobody is assigned yet');
  return {
    ready: missing.length === 0,
    assignment,
    probes: new Map(probes.map((p) => [p.node, p])),
    missing: missing.join('; '),
  };
}

/** Alertmanagers change over to TLS together, once every node can: all are started anew then. */
function withoutTls(probes: readonly Probe[]): string[] {
  if (probes.some(({ agent }) => agent?.trust === undefined)) return []; // of an earlier release
  const plain = probes.filter(({ agent }) => agent!.trust!.gossip !== 'tls');
  return plain.map(({ node }) => `${node}: its Alertmanager does not speak TLS`);
}

/** Where a person queries; of these the second is what the first falls back to. */
const QUERIES = ['load balancer', 'nodes directly'] as const;
const ANSWER_MS = 2_000;

/** Waits for queries by the load balancer, and no longer than that. @returns those that are not answered yet, with why */
export async function waitForQueries(
  { urls }: Pick<RunState, 'urls'>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<string[]> {
  const asked = QUERIES.filter((what) => urls[what] !== undefined);
  for (const end = Date.now() + timeoutMs; ;) {
    signal.throwIfAborted();
    const silent = await Promise.all(
      asked.map((what) =>
        httpGet(`${urls[what]}/api/v1/query?query=up`, AbortSignal.timeout(ANSWER_MS)).then(
          () => [],
          (error: unknown) => [`${what}: ${reasonOf(error)}`],
        ),
      ),
    );
    if (silent.flat().length === 0 || Date.now() > end) return silent.flat();
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** @throws Error naming what was still missing when the time was over */
export async function waitUntilReady(state: RunState, timeoutMs: number, signal: AbortSignal): Promise<Readiness> {
  const store = localStore(state);
  for (const end = Date.now() + timeoutMs; ;) {
    signal.throwIfAborted();
    const now = await readiness(state, store).catch((error: Error) => ({
      ready: false as const,
      missing: error.message,
    }));
    if (now.ready) return now as Readiness;
    if (Date.now() > end) throw new Error(`the system is not ready after ${timeoutMs / 1000} s: ${now.missing}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
