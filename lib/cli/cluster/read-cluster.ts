import type { S3Client } from '@aws-sdk/client-s3';
import type { AgentStatus } from '../../contract/documents/agent-status';
import { HEARTBEAT, type ControlHeartbeat } from '../../contract/documents/announcement';
import { KEYS } from '../../contract/keys';
import { readAgentStatus } from '../../shell/probes/agent-api';
import { neverConfigured, nodeComplaints } from '../../core/status/node-complaints';
import { probeNode } from '../../shell/probes/prober';
import { s3ControlStore, type ControlStore } from '../../shell/assignment/store';
import type { ClusterView } from '../../core/status/cluster-view';
import { readAnnouncements } from './announcements';
import type { ClusterHandle } from './cluster';
import { deployedPolicy } from './policy';
import { readQueryWay } from './queries';
import { readRemedies } from './remedies';
import { ifUsable } from './if-usable';
import { readVolumes } from './volumes';

/** A person waits for this one: slower answers are worth having. */
const TIMEOUT_MS = 5_000;

/** Reads all that `status` shows; nodes get `nodeMs` to answer. @throws when the control bucket cannot be read */
export async function readCluster(handle: ClusterHandle, s3: S3Client, nodeMs = TIMEOUT_MS): Promise<ClusterView> {
  const { cluster, shard, controlBucket } = handle;
  const store = s3ControlStore(s3, controlBucket, shard, TIMEOUT_MS);
  // Each waits for what is silent as long as the others do: side by side.
  const others: string[] = [];
  const says = (line: string): void => void others.push(line);
  const unusable: { assignment: string | null; heartbeat: string | null } = { assignment: null, heartbeat: null };
  const [read, heartbeat, remedies, queries, ofNodes] = await Promise.all([
    ifUsable(store.readAssignment(), (line) => (unusable.assignment = line)),
    ifUsable(readHeartbeat(handle, store), (line) => (unusable.heartbeat = line)),
    readRemedies(handle, s3, TIMEOUT_MS, says),
    readQueryWay(cluster),
    readNodes(handle, store, nodeMs, says),
  ]);
  const { announced, probes, statuses, volumes, judgedBy } = ofNodes;
  return {
    cluster,
    shard,
    nodes: announced.nodes,
    assignment: read?.assignment ?? null,
    heartbeatAt: heartbeat?.at ?? null,
    announcements: announced.announcements,
    unusable: { ...unusable, announcements: announced.unusable, others: others.sort() },
    probes: new Map(probes.map((p) => [p.node, p])),
    complaints: new Map(statuses.map(([node, status]) => [node, status === null ? [] : nodeComplaints(status)])),
    trials: new Map(
      statuses.flatMap(([node, status]): [string, string][] =>
        status?.config.doing ? [[node, status.config.doing]] : [],
      ),
    ),
    unconfigured: new Map(
      statuses.flatMap(([node, status]) => {
        const why = status === null ? null : neverConfigured(status);
        return why === null ? [] : [[node, why] as const];
      }),
    ),
    quarantine: new Map(statuses.map(([node, status]) => [node, status?.scrub?.quarantine ?? []])),
    withheld: new Map(
      statuses.flatMap(([node, s]) => (s?.gate.withheld === undefined ? [] : [[node, s.gate.withheld] as const])),
    ),
    profiles: new Map(statuses.flatMap(([node, s]) => (s?.scrapeProfile ? [[node, s.scrapeProfile] as const] : []))),
    remedies,
    volumes,
    ...judgedBy,
    queries,
  };
}

/** What each node says of itself, and what is said of it elsewhere. */
async function readNodes(handle: ClusterHandle, store: ControlStore, nodeMs: number, says: (line: string) => void) {
  const [announced, judgedBy] = await Promise.all([readAnnouncements(store, handle.shard), deployedPolicy(handle)]);
  const addresses = [...announced.announcements.values()];
  const [probes, statuses, volumes] = await Promise.all([
    Promise.all(addresses.map((a) => probeNode(a.node, a.address, nodeMs, Date.now))),
    Promise.all(addresses.map(async (a) => [a.node, await agentStatus(a.address, nodeMs)] as const)),
    readVolumes(handle, store, announced.nodes, judgedBy.policy, says),
  ]);
  return { announced, probes, statuses, volumes, judgedBy };
}

async function readHeartbeat(
  { controlBucket, shard }: ClusterHandle,
  store: ControlStore,
): Promise<ControlHeartbeat | null> {
  const text = await store.readHeartbeat();
  return text === null ? null : HEARTBEAT.parse(text, `s3://${controlBucket}/${KEYS.heartbeat(shard)}`);
}

/** null when the node does not answer: the probe says that. */
async function agentStatus(address: string, timeoutMs: number): Promise<AgentStatus | null> {
  try {
    return await readAgentStatus(address, AbortSignal.timeout(timeoutMs));
  } catch {
    return null;
  }
}
