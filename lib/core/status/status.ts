import type { Assignment, NodeId, Withheld } from '../../contract/documents/assignment';
import type { RemedyRecord } from '../../contract/documents/remedy';
import type { Quarantined } from '../../contract/documents/quarantine';
import { isAlerting } from '../failover/health';
import { type NodeReport, reportNode } from './node-report';
import { queryProblems, type QueryWay, type UnknownWay } from './query-way';
import { volumeProblems, type VolumesView } from './volume-status';
import { withheldProblems } from './withheld-status';
import { alertingProof } from '../alerts/watchdog';
import type { ClusterView } from './cluster-view';

/** The JSON that `promha status --json` prints. */
export interface StatusReport {
  readonly cluster: string;
  readonly shard: number;
  readonly healthy: boolean;
  /** What is wrong, worst first; one sentence each. */
  readonly problems: readonly string[];
  /** What is not as it will be in a moment, and is no problem; one sentence each. */
  readonly notes: readonly string[];
  /** Why the assignment that is there cannot be used, so that nobody can say who alerts; null: it can, or there is none. */
  readonly assignmentUnusable: string | null;
  readonly active: NodeId | null;
  readonly epoch: number | null;
  readonly since: string | null;
  readonly reason: string | null;
  readonly paused: Assignment['paused'];
  /** null: alerts are told. */
  readonly withheld: Withheld | null;
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
  // What else is wrong with such a node follows from it.
  const problems: string[] = [...(view.unconfigured ?? [])].map(
    ([node, why]) => `${node} has never loaded a configuration, so its Prometheus was never started: ${why}.`,
  );
  const assignmentUnusable = view.unusable?.assignment ?? null;
  if (assignmentUnusable !== null) problems.push(...nobodyCanSay(assignmentUnusable, nodes));
  else if (assignment === null) problems.push('Nobody alerts: there is no assignment yet.');
  const activeProbe = active === null ? undefined : view.probes.get(active);
  if (active !== null && !(activeProbe && isAlerting(activeProbe, policy))) {
    problems.push(
      `NOBODY MAY BE ALERTING: ${active} is assigned, but ${nodes.find((n) => n.node === active)?.wrong ?? 'it is not a node of this shard'}.`,
    );
  }
  const proof = alertingProof(view.probes.values(), now);
  const alerting = proof && { ageMs: Math.max(0, now - proof.at), node: proof.node };
  const silent = silence(alerting?.ageMs ?? null, view, now);
  if (silent !== null) problems.push(silent);
  if (assignment?.paused) {
    const { by, since, reason } = assignment.paused;
    problems.push(`Automatic failover is PAUSED by ${by} since ${since}: ${reason}`);
    if (activeProbe === undefined || !isAlerting(activeProbe, policy)) problems.push(byHand(nodes, assignment.active));
  }
  problems.push(...withheldProblems(view, now));
  const { scrapeProfile = 'normal', profileSince } = assignment ?? {};
  if (scrapeProfile !== 'normal') {
    problems.push(
      `Droppable series are not scraped: the scrape profile is ${scrapeProfile} since ${profileSince ?? '?'}.`,
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
  problems.push(...heartbeatProblems(view, heartbeatAgeMs));
  // Alerting needs none of these: last.
  problems.push(...(view.unusable?.others ?? []).map((line) => `${line}.`));
  problems.push(...volumeProblems(view.volumes ?? null));
  problems.push(...queryProblems(view.queries, view.nodes));
  return {
    cluster: view.cluster,
    shard: view.shard,
    healthy: problems.length === 0,
    problems,
    notes: [
      ...nodes.filter((n) => n.isPriming).map((n) => `${n.node} is priming: its gate began to listen just now.`),
      ...[...(view.trials ?? [])].map(([node, doing]) => `${node}: ${doing}.`),
    ],
    assignmentUnusable,
    active,
    epoch: assignment?.epoch ?? null,
    since: assignment?.since ?? null,
    reason: assignment?.reason ?? null,
    paused: assignment?.paused ?? null,
    withheld: assignment?.withheld ?? null,
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

/** The assignment cannot be used: why, and what nodes say of themselves instead. */
function nobodyCanSay(why: string, nodes: readonly NodeReport[]): string[] {
  return [
    `NOBODY CAN SAY WHO SHALL ALERT: ${why}.`,
    ...(nodes.some((n) => n.gate === 'open')
      ? []
      : ['NOBODY MAY BE ALERTING: no node that answers has its gate open.']),
  ];
}

function heartbeatProblems({ policy, unusable }: ClusterView, ageMs: number | null): string[] {
  if (unusable?.heartbeat) return [`When the control plane last probed cannot be read: ${unusable.heartbeat}.`];
  if (ageMs === null) return ['The control plane has never probed.'];
  if (ageMs <= policy.heartbeatStaleMs) return [];
  return [`The control plane has not probed for ${Math.round(ageMs / 1000)} s.`];
}

/** What is wrong with the way of alerts as a whole, or null. A system that has just begun to alert has had no time yet. */
function silence(ageMs: number | null, { assignment, policy, unusable }: ClusterView, now: number): string | null {
  if (assignment === null && !unusable?.assignment) return null;
  if (assignment !== null && now - Date.parse(assignment.since) < policy.alertingSilentMs) return null;
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
