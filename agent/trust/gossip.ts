import type { TrustBundle } from '../../lib/contract/documents/trust';
import { gossipWanted } from '../../lib/core/trust/gossip';
import type { Clock } from '../../lib/shell/async/clock';
import type { Log } from '../base/log';
import { argumentOf } from '../process/proc';
import { gossipArgument } from '../process/programs';
import type { TrustFiles } from './files';
import type { TrustKeeper } from './keeper';

export interface GossipDeps {
  readonly keeper: Pick<TrustKeeper, 'bundle' | 'certified'>;
  readonly files: Pick<TrustFiles, 'gossip'>;
  readonly alertmanager: () => {
    readonly pid: number | null;
    start(): void;
    signal(signal: NodeJS.Signals): boolean;
  };
  /** Whether an Alertmanager of another node answers. */
  readonly othersNotify: () => Promise<boolean>;
  /** Of all nodes in one order: two of them never start anew at once for another authority. */
  readonly place: () => number;
  readonly clock: Pick<Clock, 'now' | 'elapsed'>;
  readonly log: Log;
}

/** So often it is asked to end, once a second, before it is killed. */
const PATIENCE = 10;
/** Nodes read whom to trust within a minute of each other. */
const TURN_MS = 90_000;

/** How this node's Alertmanager speaks to the others: starts it, and starts it anew where it is to speak otherwise. */
export class Gossip {
  private wanted: 'tls' | 'plain' = 'plain';
  private readonly since: number;
  private otherAuthoritySince: number | null = null;
  /** Since when it is known that gossip is to be TLS. */
  private tlsSince: number | null = null;
  /** How often what runs was asked to end. */
  private asked = 0;

  constructor(private readonly deps: GossipDeps) {
    this.since = deps.clock.elapsed();
  }

  /** For Alertmanager's next start; null: plain. */
  get tlsConfig(): string | null {
    const { keeper, files } = this.deps;
    return this.wanted === 'tls' && isKnown(keeper.bundle) ? files.gossip(keeper.bundle) : null;
  }

  /** How it runs; null: it does not. */
  get runs(): 'tls' | 'plain' | null {
    const { pid } = this.deps.alertmanager();
    if (pid === null) return null;
    return argumentOf(pid, gossipArgument('')) === null ? 'plain' : 'tls';
  }

  /** Never ends what runs unless it is to speak otherwise. */
  async round(): Promise<void> {
    const { keeper, clock, log } = this.deps;
    const { bundle, certified } = keeper;
    const { runs } = this;
    const waitedMs = clock.elapsed() - this.since;
    const isTls = isKnown(bundle) && bundle.gossip.tls;
    this.tlsSince = isTls ? (this.tlsSince ?? clock.elapsed()) : null;
    const knownMs = clock.elapsed() - (this.tlsSince ?? clock.elapsed());
    const mayWait = runs === null && !certified && isTls;
    const othersNotify = mayWait && (await this.deps.othersNotify());
    const wanted = gossipWanted({ bundle, runs, certified, othersNotify, waitedMs, knownMs }, clock.now());
    if (wanted === 'wait') return;
    if (wanted !== this.wanted) log('info', 'gossip', { speaks: wanted, certified });
    this.wanted = wanted;
    const alertmanager = this.deps.alertmanager();
    if (runs === null) alertmanager.start();
    else if (this.isToStartAnew(runs)) {
      log('warn', 'alertmanager-started-anew', { speaks: wanted, spoke: runs });
      // Asked, not killed: what it has notified of is written down. One that stands still does not hear.
      this.asked += 1;
      alertmanager.signal(this.asked > PATIENCE ? 'SIGKILL' : 'SIGTERM');
      return;
    }
    this.asked = 0;
  }

  private isToStartAnew(runs: 'tls' | 'plain'): boolean {
    const { alertmanager, place, clock } = this.deps;
    if (runs !== this.wanted) return true;
    const { tlsConfig } = this;
    const { pid } = alertmanager();
    if (tlsConfig === null || pid === null || argumentOf(pid, gossipArgument('')) === gossipArgument(tlsConfig)) {
      this.otherAuthoritySince = null;
      return false;
    }
    this.otherAuthoritySince ??= clock.elapsed();
    return clock.elapsed() - this.otherAuthoritySince >= place() * TURN_MS;
  }
}

const isKnown = (bundle: TrustBundle | null | 'unknown'): bundle is TrustBundle =>
  bundle !== null && bundle !== 'unknown';
