import type { S3Client } from '@aws-sdk/client-s3';
import type { AgentStatus } from '../../contract/documents/agent-status';
import { HEARTBEAT } from '../../contract/documents/announcement';
import { KEYS } from '../../contract/keys';
import { readAgentStatus } from '../../shell/probes/agent-api';
import { nodeComplaints } from '../../core/status/node-complaints';
import { probeNode } from '../../shell/probes/prober';
import { s3ControlStore, type ControlStore } from '../../shell/assignment/store';
import type { ClusterView } from '../../core/status/cluster-view';
import { readAnnouncements } from './announcements';
import type { ClusterHandle } from './cluster';
import { deployedPolicy } from './policy';
import { readQueryWay } from './queries';
import { readRemedies } from './remedies';
import { readVolumes } from './volumes';

/** A person waits for this one: slower answers are worth having. */
const TIMEOUT_MS = 5_000;

/** Reads all that `status` shows; nodes get `nodeMs` to answer. @throws when the control bucket cannot be read */
export async function readCluster(handle: ClusterHandle, s3: S3Client, nodeMs = TIMEOUT_MS): Promise<ClusterView> {
  const { cluster, shard, controlBucket } = handle;
  const store = s3ControlStore(s3, controlBucket, shard, TIMEOUT_MS);
  // Each waits for what is silent as long as the others do: side by side.
  const [read, heartbeat, remedies, queries, ofNodes] = await Promise.all([
    store.readAssignment(),
    store.readHeartbeat(),
    readRemedies(handle, s3, TIMEOUT_MS),
    readQueryWay(cluster),
    readNodes(handle, store, nodeMs),
  ]);
  const { announcements, probes, statuses, volumes, judgedBy } = ofNodes;
  return {
    cluster,
    shard,
    nodes: [...announcements.keys()],
    assignment: read?.assignment ?? null,
    heartbeatAt: heartbeat === null ? null : HEARTBEAT.parse(heartbeat, KEYS.heartbeat(shard)).at,
    announcements,
    probes: new Map(probes.map((p) => [p.node, p])),
    complaints: new Map(statuses.map(([node, status]) => [node, status === null ? [] : nodeComplaints(status)])),
    quarantine: new Map(statuses.map(([node, status]) => [node, status?.scrub?.quarantine ?? []])),
    profiles: new Map(statuses.flatMap(([node, s]) => (s?.profile ? [[node, s.profile.name] as const] : []))),
    remedies,
    volumes,
    ...judgedBy,
    queries,
  };
}

/** What each node says of itself, and what is said of it elsewhere. */
async function readNodes(handle: ClusterHandle, store: ControlStore, nodeMs: number) {
  const [announcements, judgedBy] = await Promise.all([readAnnouncements(store, handle.shard), deployedPolicy(handle)]);
  const addresses = [...announcements.values()];
  const [probes, statuses, volumes] = await Promise.all([
    Promise.all(addresses.map((a) => probeNode(a.node, a.address, nodeMs, Date.now))),
    Promise.all(addresses.map(async (a) => [a.node, await agentStatus(a.address, nodeMs)] as const)),
    readVolumes(handle, store, [...announcements.keys()], judgedBy.policy),
  ]);
  return { announcements, probes, statuses, volumes, judgedBy };
}

/** null when the node does not answer: the probe says that. */
async function agentStatus(address: string, timeoutMs: number): Promise<AgentStatus | null> {
  try {
    return await readAgentStatus(address, AbortSignal.timeout(timeoutMs));
  } catch {
    return null;
  }
}
