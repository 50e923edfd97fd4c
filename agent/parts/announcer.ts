import type { NodeAnnouncement } from '../../lib/contract/documents/announcement';
import type { ShardReport } from '../../lib/contract/documents/shard-report';
import type { PeerAlerts } from '../alerts/peer-alerts';
import type { WatchdogReceiver } from '../alerts/watchdog';
import type { Base } from '../base/base';
import type { Identity } from '../base/identity';
import type { ProgramVersions } from '../base/versions';
import type { Peers } from '../failover/peers';
import type { Probes } from '../failover/probes';
import type { ProcessRecord } from '../process/process-record';
import type { Configurer } from '../rendering/configurer';
import type { Generations } from '../rendering/generation';
import type { TrustKeeper } from '../trust/keeper';
import type { VolumeManager } from '../volumes/manager';

const AGENT_VERSION = '1';

export interface AnnouncerDeps {
  readonly base: Base;
  readonly identity: Identity;
  readonly versions: ProgramVersions;
  readonly peers: Peers;
  readonly probes: Probes;
  readonly peerAlerts: PeerAlerts;
  readonly prometheus: ProcessRecord;
  readonly generations: Generations;
  readonly configurer: Configurer;
  readonly watchdog: WatchdogReceiver;
  readonly manager: VolumeManager | null;
  readonly trust: Pick<TrustKeeper, 'own'>;
}

/** Says in the control bucket where this node is and what it does, and learns the same of the others. */
export class Announcer {
  /** The volume that was mounted at the start, where nothing watches over it. */
  mountedAtStart: string | null = null;

  constructor(private readonly deps: AnnouncerDeps) {}

  async round(): Promise<void> {
    const { peers, probes } = this.deps;
    const othersAnswer = [...peers.others.keys()].every((node) => probes.answers(node));
    await peers.round(this.announcement(), othersAnswer);
  }

  /** Its gate would replay everything that fires. */
  get isPrimed(): boolean {
    return this.deps.probes.prometheusIsHealthy && this.deps.peerAlerts.isPrimed;
  }

  get shardReport(): ShardReport {
    const { base, probes, prometheus } = this.deps;
    const { shardCounts, sharedSince } = this.deps.configurer;
    const since = Math.max(sharedSince, Date.parse(prometheus.startedAt ?? '') || Infinity);
    const settled = this.isPrimed && Date.now() - since >= base.config.policy.sharding.overlapMs;
    return { shardCounts, isHealthy: probes.prometheusIsHealthy, settled };
  }

  private announcement(): NodeAnnouncement {
    const { base, identity, versions, generations, watchdog, manager, trust } = this.deps;
    const given = trust.own?.answer.given ?? null;
    const { prometheus, alertmanager } = versions;
    return {
      version: 1,
      node: base.config.node,
      ...identity,
      volumeId: manager?.status.id ?? this.mountedAtStart,
      at: new Date().toISOString(),
      agentStartedAt: base.startedAt,
      versions: { agent: AGENT_VERSION, prometheus, alertmanager },
      watchdogs: watchdog.passedOn,
      trust: { until: given?.until ?? null, authority: given?.authority ?? null },
      ...(generations.live === null ? {} : { report: this.shardReport }),
    };
  }
}
