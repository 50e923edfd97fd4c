import type { AgentStatus } from '../../lib/contract/documents/agent-status';
import { readAgentStatus } from '../../lib/shell/probes/agent-api';
import { messageOf, type Log } from '../base/log';
import { variantKey, variantOf } from './variant';

/** A peer's Prometheus drops alerts for up to 5 s after its reload. */
const SETTLED_MS = 8_000;
/** A peer that is down must not keep what is known to be good away. */
const PATIENCE_MS = 30_000;
/** Nor for ever what nobody could try. */
const UNTRIED_PATIENCE_MS = 5 * 60_000;

export interface ReloadTurnDeps {
  /** This node does. */
  readonly alerts: () => boolean;
  /** Addresses of the others. */
  readonly peers: () => readonly string[];
  readonly elapsed: () => number;
  readonly log: Log;
  /** @throws when it does not answer in time */
  readonly statusOf?: (address: string) => Promise<Pick<AgentStatus, 'config' | 'scrapeProfile' | 'sharding'>>;
}

/**
 * The node that alerts reloads after a standby has: a reload drops what would be sent meanwhile, so
 * there is always one gate that hears everything, and the alerting one asks it for what it missed. A configuration that is not known to
 * be good it loads only when a standby has been well with it for long enough.
 */
export class ReloadTurn {
  private key: string | null = null;
  private firstAskedAt = 0;
  private peerLoadedAt: number | null = null;
  /** Some peer runs it, or refuses to: from then on only its being well counts, also when it has fallen silent. */
  private tried = false;

  constructor(private readonly deps: ReloadTurnDeps) {}

  /** `onTrial`: it is not known to be good. */
  async mayLoad(key: string, onTrial: boolean): Promise<boolean> {
    const { alerts, peers, elapsed, log } = this.deps;
    if (!alerts() || peers().length === 0) return true;
    if (this.key !== key) {
      [this.key, this.firstAskedAt, this.peerLoadedAt, this.tried] = [key, elapsed(), null, false];
      log('info', 'config-waits-for-standby', { ...variantOf(key) });
    }
    const waitedMs = elapsed() - this.firstAskedAt;
    const found = await this.askPeers();
    if (onTrial) {
      const { hash } = variantOf(key);
      const trying = found.filter(({ config }) => config.hash === hash || config.refused?.hash === hash);
      this.tried ||= trying.length > 0;
      // Agents of an earlier version do not say.
      if (trying.some(({ config }) => config.hash === hash && (config.well ?? true))) return true;
      return !this.tried && waitedMs >= UNTRIED_PATIENCE_MS;
    }
    if (found.some((status) => keyOf(status) === key)) this.peerLoadedAt ??= elapsed();
    const settled = this.peerLoadedAt !== null && elapsed() - this.peerLoadedAt >= SETTLED_MS;
    return settled || waitedMs >= PATIENCE_MS;
  }

  private async askPeers() {
    const { peers, log, statusOf = (address) => readAgentStatus(address, AbortSignal.timeout(1_000)) } = this.deps;
    const answers = await Promise.all(
      peers().map((address) =>
        statusOf(address).catch((error: unknown) => {
          log('warn', 'peer-status-failed', { peer: address, error: messageOf(error) });
          return null;
        }),
      ),
    );
    return answers.filter((status) => status !== null);
  }
}

function keyOf({
  config,
  scrapeProfile: profile = 'normal',
  sharding,
}: Pick<AgentStatus, 'config' | 'scrapeProfile' | 'sharding'>): string | null {
  const { shardCounts = [1] } = sharding ?? {};
  return config.hash && variantKey({ hash: config.hash, profile, shardCounts });
}
