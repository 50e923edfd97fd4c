import type { NodeAnnouncement } from '../../contract/documents/announcement';
import type { Assignment, NodeId } from '../../contract/documents/assignment';
import type { Policy } from '../../contract/documents/policy';
import type { RemedyRecord } from '../../contract/documents/remedy';
import type { Quarantined } from '../../contract/documents/quarantine';
import { complaints, isPromotable, isAlerting, isHealthy, type Probe } from '../failover/health';
import type { ScrapeProfile } from '../../contract/profile';
import type { NodeReport } from './node-report';
import { nodeTable } from './node-table';
import { queryProblems, type QueryWay, type UnknownWay } from './query-way';
import { volumeLines, volumeProblems, type VolumesView } from './volume-status';
import { remedyLine } from '../remedies/remedy-lease';
import { alertingProof } from '../alerts/watchdog';

/** Everything an operator's view is made of. */
export interface ClusterView {
  readonly cluster: string;
  readonly shard: number;
  readonly nodes: readonly NodeId[];
  readonly assignment: Assignment | null;
  /** When the control plane last said that it probes, ISO 8601, or null. */
  readonly heartbeatAt: string | null;
  readonly announcements: ReadonlyMap<NodeId, NodeAnnouncement>;
  /** Fresh probes of the nodes that could be reached from here. */
  readonly probes: ReadonlyMap<NodeId, Probe>;
  /** What nodes say of themselves beyond what a probe sees; sentences that follow the node's name. */
  readonly complaints: ReadonlyMap<NodeId, readonly string[]>;
  /** What nodes keep of earlier corruption. */
  readonly quarantine: ReadonlyMap<NodeId, readonly Quarantined[]>;
  /** What was tried about targets that were down. */
  readonly remedies: readonly RemedyRecord[];
  /** The scrape profile that a node has loaded. */
  readonly profiles?: ReadonlyMap<NodeId, ScrapeProfile>;
  /** null: the cluster has no Thanos. */
  readonly queries: QueryWay | UnknownWay | null;
  /** Snapshots and restores; absent or null: volumes are not looked after. */
  readonly volumes?: VolumesView;
  readonly policy: Policy;
  /** Why that is the default policy and not the deployed one; null when it is the deployed one. */
  readonly insteadBecause?: string | null;
}

/** The JSON that `promha status --json` prints. */
export interface StatusReport {
  readonly cluster: string;
  readonly shard: number;
  readonly healthy: boolean;
  /** What is wrong, worst first; one sentence each. */
  readonly problems: readonly string[];
  /** What is not as it will be in a moment, and is no problem; one sentence each. */
  readonly notes: readonly string[];
  readonly active: NodeId | null;
  readonly epoch: number | null;
  readonly since: string | null;
  readonly reason: string | null;
  readonly paused: Assignment['paused'];
  /** The scrape profile that is asked for. */
  readonly scrapeProfile: Assignment['scrapeProfile'];
  readonly heartbeatAgeMs: number | null;
  /** The last watchdog alert that was delivered end to end: how old it is, and which node it came back to. */
  readonly alerting: { readonly ageMs: number; readonly node: NodeId } | null;
  readonly remedies: readonly RemedyRecord[];
  /** Where queries go and who answers them; null: the cluster has no Thanos. */
  readonly queries: QueryWay | UnknownWay | null;
  readonly nodes: readonly NodeReport[];
  /** Snapshots and restores of data volumes; null: these are not looked after. */
  readonly volumes: VolumesView;
  /** Why nodes are judged by the default policy; null when by the deployed one. */
  readonly defaultPolicyBecause: string | null;
  /** Corrupted files that nodes keep: no problem any more, but somebody may want to look. */
  readonly quarantine: readonly (Quarantined & { readonly node: NodeId })[];
}

/** What stands, and what is wrong, worst first. `now` in ms since the Unix epoch. */
export function reportStatus(view: ClusterView, now: number): StatusReport {
  const { assignment, policy } = view;
  const active = assignment?.active ?? null;
  const nodes = view.nodes.map((node) => reportNode(view, node, active, now));
  const problems: string[] = [];
  if (assignment === null) problems.push('Nobody alerts: there is no assignment yet.');
  const activeProbe = active === null ? undefined : view.probes.get(active);
  if (active !== null && !(activeProbe && isAlerting(activeProbe, policy))) {
    problems.push(
      `NOBODY MAY BE ALERTING: ${active} is assigned, but ${nodes.find((n) => n.node === active)?.wrong ?? 'it is not a node of this shard'}.`,
    );
  }
  const proof = alertingProof(view.probes.values(), now);
  const alerting = proof && { ageMs: Math.max(0, now - proof.at), node: proof.node };
  const silent = silence(alerting?.ageMs ?? null, assignment, policy, now);
  if (silent !== null) problems.push(silent);
  if (assignment?.paused) {
    const { by, since, reason } = assignment.paused;
    problems.push(`Automatic failover is PAUSED by ${by} since ${since}: ${reason}`);
    if (activeProbe === undefined || !isAlerting(activeProbe, policy)) problems.push(byHand(nodes, assignment.active));
  }
  const { scrapeProfile = 'normal', profileSince } = assignment ?? {};
  if (scrapeProfile !== 'normal') {
    problems.push(
      `Targets are scraped less often: the scrape profile is ${scrapeProfile} since ${profileSince ?? '?'}.`,
    );
  }
  const open = nodes.filter((n) => n.gate === 'open').map((n) => n.node);
  if (open.length > 1) problems.push(`${open.join(' and ')} alert at the same time.`);
  for (const n of nodes) if (n.node !== active && n.wrong !== '') problems.push(`${n.node}: ${n.wrong}.`);
  for (const [node, found] of view.complaints) problems.push(...found.map((what) => `${node}: ${what}`));
  if (active !== null && !nodes.some((n) => n.node !== active && n.couldTakeOver)) {
    problems.push('No standby could take over now.');
  }
  const heartbeatAgeMs = view.heartbeatAt === null ? null : now - Date.parse(view.heartbeatAt);
  if (heartbeatAgeMs === null || heartbeatAgeMs > policy.heartbeatStaleMs) {
    problems.push(
      heartbeatAgeMs === null
        ? 'The control plane has never probed.'
        : `The control plane has not probed for ${Math.round(heartbeatAgeMs / 1000)} s.`,
    );
  }
  // Alerting needs none of these: last.
  problems.push(...volumeProblems(view.volumes ?? null));
  problems.push(...queryProblems(view.queries, view.nodes));
  return {
    cluster: view.cluster,
    shard: view.shard,
    healthy: problems.length === 0,
    problems,
    notes: nodes.filter((n) => n.warmingUp).map((n) => `${n.node} is warming up: its gate began to listen just now.`),
    active,
    epoch: assignment?.epoch ?? null,
    since: assignment?.since ?? null,
    reason: assignment?.reason ?? null,
    paused: assignment?.paused ?? null,
    scrapeProfile: assignment?.scrapeProfile ?? 'normal',
    heartbeatAgeMs,
    alerting,
    remedies: view.remedies,
    defaultPolicyBecause: view.insteadBecause ?? null,
    queries: view.queries,
    nodes,
    volumes: view.volumes ?? null,
    quarantine: [...view.quarantine].flatMap(([node, kept]) => kept.map((entry) => ({ node, ...entry }))),
  };
}

/** What is wrong with the way of alerts as a whole, or null. A system that has just begun to alert has had no time yet. */
function silence(ageMs: number | null, assignment: Assignment | null, policy: Policy, now: number): string | null {
  if (assignment === null || now - Date.parse(assignment.since) < policy.alertingSilentMs) return null;
  if (ageMs === null) return "NO ALERT GETS THROUGH: the dead man's switch has come back to no node that answers.";
  if (ageMs < policy.alertingSilentMs) return null;
  return `NO ALERT GETS THROUGH: the dead man's switch last came back ${Math.round(ageMs / 1000)} s ago.`;
}

/** Paused, and the node that alerts does not: what a person has to do now, because nothing else will. */
function byHand(nodes: readonly NodeReport[], active: NodeId): string {
  const candidate = nodes.find((n) => n.node !== active && n.couldTakeOver)?.node;
  return candidate === undefined
    ? 'Nothing is done about that until `promha resume`, and no other node could take over.'
    : `Nothing is done about that until \`promha resume\`; \`promha switchover --to ${candidate}\` gives alerting to ${candidate} and keeps the pause.`;
}

function reportNode(view: ClusterView, node: NodeId, active: NodeId | null, now: number): NodeReport {
  const { policy } = view;
  const announced = view.announcements.get(node);
  const probe = view.probes.get(node);
  const warmingUp = isWarmingUp(announced, probe, policy, now);
  return {
    node,
    role: node === active ? 'active' : 'standby',
    address: announced?.address ?? null,
    zone: announced?.zone ?? null,
    volumeId: announced?.volumeId ?? null,
    scrapeProfile: view.profiles?.get(node) ?? null,
    ready: probe?.ready ?? false,
    scrapeLagMs: probe?.scrapeLagMs ?? null,
    gate: probe === undefined || probe.agent === null ? 'unknown' : probe.agent.gateOpen ? 'open' : 'closed',
    slowScrapeMs: probe?.agent?.slowScrapeMs ?? null,
    couldTakeOver: probe !== undefined && isPromotable(probe, policy),
    warmingUp,
    wrong: wrongWith(announced, probe, node === active, warmingUp, policy),
  };
}

/** A resend interval, with a margin: longer than that, a gate that is still cold is news. */
const WARM_WITHIN_MS = 60_000;

function isWarmingUp(
  announced: NodeAnnouncement | undefined,
  probe: Probe | undefined,
  policy: Policy,
  now: number,
): boolean {
  if (announced === undefined || probe === undefined || !isHealthy(probe, policy) || probe.agent!.gatePrimed)
    return false;
  return now - Date.parse(announced.agentStartedAt) < WARM_WITHIN_MS;
}

function wrongWith(
  announced: NodeAnnouncement | undefined,
  probe: Probe | undefined,
  active: boolean,
  warmingUp: boolean,
  policy: Policy,
): string {
  if (announced === undefined) return 'it never announced itself';
  if (probe === undefined) return 'it was not probed';
  if (!isHealthy(probe, policy)) return complaints(probe, policy);
  if (!probe.agent!.storeReachable) return 'it cannot read the control bucket';
  if (active && !probe.agent!.gateOpen) return 'its gate is closed';
  if (!active && !probe.agent!.gatePrimed && !warmingUp) return 'its gate has not listened long enough to take over';
  return '';
}

/** The report for a person: what is wrong first. Columns that say least go where they do not fit. */
export function renderStatus(r: StatusReport, now: number, columns = Infinity): string {
  const who =
    r.active === null
      ? 'Nobody is assigned.'
      : `${r.active} alerts, epoch ${r.epoch}, since ${r.since}.\nWhy: ${r.reason}`;
  return [
    r.healthy
      ? `${r.cluster}, shard ${r.shard}: all well${r.notes.length > 0 ? '; some of it has just started' : ''}.`
      : `${r.cluster}, shard ${r.shard}: ${r.problems.length} problem(s).`,
    ...r.problems.map((p) => `  ! ${p}`),
    ...r.notes.map((note) => `  · ${note}`),
    '',
    who,
    r.alerting === null
      ? 'No watchdog alert has been delivered end to end yet.'
      : `The last watchdog alert was delivered end to end ${Math.round(r.alerting.ageMs / 1000)} s ago (${r.alerting.node}).`,
    ...(r.defaultPolicyBecause === null ? [] : [`Judged by the default policy: ${r.defaultPolicyBecause}.`]),
    ...r.remedies.map((record) => remedyLine(record, now)),
    '',
    ...nodeTable(r.nodes, columns),
    '',
    ...volumeLines(r.volumes, now),
    ...keptAside(r),
  ].join('\n');
}

function keptAside({ quarantine }: StatusReport): string[] {
  if (quarantine.length === 0) return [];
  const lines = quarantine.map(
    ({ node, incident, expires, because }) =>
      `  ${node}, ${incident}, until ${expires ?? 'somebody looks'}: ${because.join('; ')}`,
  );
  return ['Kept of corruption that was quarantined:', ...lines, ''];
}
