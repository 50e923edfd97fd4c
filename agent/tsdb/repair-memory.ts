import { readIfExists, writeAtomically } from '../base/files';
import { messageOf, type Log } from '../base/log';

interface Tried {
  readonly tried: readonly string[];
  /** Ms since the Unix epoch; null for never. */
  readonly restartedAt: number | null;
}

/**
 * For what a node restarted its Prometheus already: an agent may be started anew in between. Not on the data volume,
 * for which nothing here may wait.
 */
export class RepairMemory {
  private known: Tried | null = null;

  constructor(
    private readonly file: string,
    private readonly log: Log,
  ) {}

  read(): Tried {
    return (this.known ??= this.load());
  }

  restarting(damage: readonly string[], at: number): void {
    this.write({ tried: [...new Set([...this.read().tried, ...damage])], restartedAt: at });
  }

  /** A pass that began after the last restart found nothing to mend any more. */
  mended(passAt: string): void {
    const { tried, restartedAt } = this.read();
    if (tried.length > 0 && Date.parse(passAt) > (restartedAt ?? 0)) this.write({ tried: [], restartedAt });
  }

  private load(): Tried {
    try {
      const { tried, restartedAt } = JSON.parse(readIfExists(this.file) ?? '{}') as Partial<Tried>;
      return { tried: Array.isArray(tried) ? tried : [], restartedAt: restartedAt ?? null };
    } catch (error) {
      this.log('warn', 'state-damaged', { file: this.file, error: messageOf(error) });
      return { tried: [], restartedAt: null };
    }
  }

  /** A disk that is full must not keep a node from being mended; in memory it is remembered anyway. */
  private write(known: Tried): void {
    this.known = known;
    try {
      writeAtomically(this.file, `${JSON.stringify(known)}\n`);
    } catch (error) {
      this.log('error', 'repairs-not-written', { error: messageOf(error) });
    }
  }
}
