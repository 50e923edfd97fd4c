import type { AgentStatus } from '../../lib/contract/documents/agent-status';
import { pauseOf } from '../../lib/core/failover/pause';
import type { Parts } from '../parts/parts';
import type { ProcessRecord } from '../process/process-record';
import type { Configurer } from '../rendering/configurer';

/** What the agent says of itself, put together from its parts. */
export function buildStatus(s: Parts): AgentStatus {
  const { base, identity, gate, announcer } = s;
  const { config } = base;
  const { role } = s.failover;
  const { seen } = s.failover.watcher;
  const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
  const { breakGlass } = role;
  return {
    version: 1,
    cluster: config.cluster,
    shard: config.shard,
    node: config.node,
    ...identity,
    now: new Date().toISOString(),
    startedAt: base.startedAt,
    role: role.role,
    appliedEpoch: role.assignment?.epoch ?? 0,
    pause: pauseOf(role.assignment),
    because: role.because,
    gate: {
      open: gate.isOpen,
      primed: announcer.isPrimed,
      held: gate.state.held.size,
      sent: gate.sent,
      unsent: gate.spokenFor,
      refused: gate.refused,
      withheld: s.withheld.countIn(gate),
      openedAt: iso(gate.openedAt),
      firstAcceptedAt: iso(gate.firstAcceptedAt),
      alertmanagers: gate.alertmanagers,
    },
    prometheus: processOf(s.prometheus.record, s.versions.prometheus),
    alertmanager: processOf(s.alertmanager.record, s.versions.alertmanager),
    sidecar: s.sidecar?.status ?? null,
    nodeQuery: s.nodeQuery?.status ?? null,
    config: configOf(s.configurer),
    scrapeProfile: s.configurer.profile,
    undiscovered: [...s.discovery.undiscovered],
    sharding: announcer.shardReport,
    watch: seen && { node: seen.node, silentMs: Math.round(seen.forMs) },
    store: { reachable: role.storeReachable, lastReadAt: iso(role.lastReadAt) },
    watchdog: { receivedAt: iso(s.watchdog.receivedAt), evaluatedAt: iso(s.watchdog.evaluatedAt) },
    rulesLate: s.ownRules.late,
    undelivered: [...s.undelivered.problems],
    moved: s.movedLog.status,
    scrub: s.scrubber.status,
    backfill: s.backfiller.status,
    restore: s.restorer?.status ?? null,
    ...(s.manager === null ? {} : { volume: s.manager.status }),
    ...(s.secrets.status === null ? {} : { secrets: s.secrets.status }),
    trust: {
      until: s.trust.own?.answer.given?.until ?? null,
      asks: s.trust.asks,
      refused: s.trust.refused,
      gossip: s.gossip.runs,
    },
    breakGlass: breakGlass && { since: new Date(breakGlass.since).toISOString(), because: breakGlass.because },
  };
}

function configOf({ hash, loadedAt, error, well, refused, doing }: Configurer): AgentStatus['config'] {
  return { hash, loadedAt: loadedAt === null ? null : new Date(loadedAt).toISOString(), error, well, refused, doing };
}

function processOf({ pid, startedAt, restarts, lastExit }: ProcessRecord, version: string): AgentStatus['prometheus'] {
  return { pid, startedAt, restarts, lastExit, version };
}
