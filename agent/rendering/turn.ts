import { systemClock } from '../../lib/shell/async/clock';
import { readAgentStatus } from '../../lib/shell/probes/agent-api';
import { messageOf, type Log } from '../base/log';
import { variantKey, variantOf } from './variant';

/** A peer's Prometheus drops alerts for up to 5 s after its reload. */
const SETTLED_MS = 8_000;
/** A peer that is down must not keep a new configuration away. */
const PATIENCE_MS = 30_000;

/**
 * The node that alerts reloads after a standby has: a reload drops what would be sent meanwhile, so
 * there is always one gate that hears everything, and the alerting one asks it for what it missed.
 */
export class ReloadTurn {
  private key: string | null = null;
  private firstAskedAt = 0;
  private peerLoadedAt: number | null = null;

  constructor(
    private readonly alerts: () => boolean,
    private readonly peers: () => readonly string[],
    private readonly log: Log,
  ) {}

  async mayLoad(key: string): Promise<boolean> {
    if (!this.alerts() || this.peers().length === 0) return true;
    if (this.key !== key) {
      this.key = key;
      this.firstAskedAt = systemClock.elapsed();
      this.peerLoadedAt = null;
      this.log('info', 'config-waits-for-standby', { ...variantOf(key) });
    }
    if (this.peerLoadedAt === null && (await this.somePeerRuns(key))) this.peerLoadedAt = systemClock.elapsed();
    const settled = this.peerLoadedAt !== null && systemClock.elapsed() - this.peerLoadedAt >= SETTLED_MS;
    return settled || systemClock.elapsed() - this.firstAskedAt >= PATIENCE_MS;
  }

  private async somePeerRuns(key: string): Promise<boolean> {
    const answers = await Promise.all(
      this.peers().map(async (address) => {
        try {
          const {
            config,
            scrapeProfile: profile = 'normal',
            sharding,
          } = await readAgentStatus(address, AbortSignal.timeout(1_000));
          const { shardCounts = [1] } = sharding ?? {};
          return config.hash && variantKey({ hash: config.hash, profile, shardCounts });
        } catch (error) {
          this.log('warn', 'peer-status-failed', { peer: address, error: messageOf(error) });
          return null;
        }
      }),
    );
    return answers.includes(key);
  }
}
