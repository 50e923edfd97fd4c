import type { AgentStatus } from '../../lib/contract/documents/agent-status';
import type { NodeConfig } from '../../lib/contract/documents/node-config';
import type { ShardReport } from '../../lib/contract/documents/shard-report';
import { pauseOf } from '../../lib/core/failover/pause';
import { slowestMs } from '../../lib/contract/profile';
import type { Configurer } from '../rendering/configurer';
import type { AlertGate } from '../alerts/alert-gate';
import type { Identity } from '../base/identity';
import type { WatchdogReceiver } from '../alerts/watchdog';
import type { Supervisor } from '../process/supervisor';
import type { RoleKeeper } from '../failover/role-keeper';
import type { BlockRestorer } from '../backfill/block-restorer';
import type { Sidecar } from '../thanos/sidecar';
import type { Refiller } from '../backfill/refiller';
import type { VolumeKeeper } from '../volumes/keeper';
import type { Scrubber } from '../tsdb/scrubber';

export interface StatusSource {
  readonly config: NodeConfig;
  readonly identity: Identity;
  readonly startedAt: string;
  readonly gate: AlertGate;
  readonly isWarm: () => boolean;
  readonly role: RoleKeeper;
  readonly shardReport: () => ShardReport;
  readonly prometheus: Supervisor;
  readonly alertmanager: Supervisor;
  readonly sidecar: Sidecar | null;
  readonly configurer: Configurer;
  readonly watchdog: WatchdogReceiver;
  readonly scrubber: Scrubber;
  readonly refiller: Refiller;
  readonly restorer: BlockRestorer | null;
  /** null: nobody looks after its volume. */
  readonly keeper: VolumeKeeper | null;
  readonly versions: { readonly prometheus: string; readonly alertmanager: string };
}

/** What the agent says of itself, put together from its parts. */
export function buildStatus(s: StatusSource): AgentStatus {
  const { config, identity, gate, role } = s;
  const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
  const { breakGlass } = role;
  return {
    version: 1,
    cluster: config.cluster,
    shard: config.shard,
    node: config.node,
    ...identity,
    now: new Date().toISOString(),
    startedAt: s.startedAt,
    role: role.role,
    appliedEpoch: role.assignment?.epoch ?? 0,
    pause: pauseOf(role.assignment),
    because: role.because,
    gate: {
      open: gate.isOpen,
      warm: s.isWarm(),
      held: gate.state.held.size,
      sent: gate.sent,
      openedAt: iso(gate.openedAt),
      firstAcceptedAt: iso(gate.firstAcceptedAt),
      alertmanagers: gate.alertmanagers,
    },
    prometheus: processOf(s.prometheus, s.versions.prometheus),
    alertmanager: processOf(s.alertmanager, s.versions.alertmanager),
    sidecar: s.sidecar?.status ?? null,
    config: { hash: s.configurer.hash, loadedAt: iso(s.configurer.loadedAt), error: s.configurer.error },
    profile: profileOf(s.configurer, Date.now()),
    sharding: s.shardReport(),
    store: { reachable: role.storeReachable, lastReadAt: iso(role.lastReadAt) },
    watchdog: { receivedAt: iso(s.watchdog.receivedAt), evaluatedAt: iso(s.watchdog.evaluatedAt) },
    scrub: s.scrubber.status,
    refill: s.refiller.status,
    restore: s.restorer?.status ?? null,
    ...(s.keeper === null ? {} : { volume: s.keeper.status }),
    breakGlass: breakGlass && { since: new Date(breakGlass.since).toISOString(), because: breakGlass.because },
  };
}

/** Scrapes begin anew after a change, each target's at a place of its own within the interval. */
const SETTLED_AFTER_MS = 5_000;

function profileOf({ profile, changed }: Configurer, now: number): AgentStatus['profile'] {
  const between = Math.max(0, ...(changed?.between ?? []).map(slowestMs));
  const settling = changed !== null && now - changed.at < between + SETTLED_AFTER_MS;
  // On the way back the last scrape may still be one of the slower profile.
  const slow = Math.max(slowestMs(profile), settling ? between : 0);
  return { name: profile, slowScrapeMs: slow === 0 ? null : slow, settling };
}

function processOf(supervisor: Supervisor, version: string): AgentStatus['prometheus'] {
  const { pid, startedAt, restarts, lastExit } = supervisor;
  return { pid, startedAt, restarts, lastExit, version };
}
