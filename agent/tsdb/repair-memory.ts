import { writeAtomically } from '../base/files';
import { messageOf, type Log } from '../base/log';
import { readState } from '../base/state-file';
import { TRIED_REPAIRS, type TriedRepairs } from '../../lib/contract/documents/agent-files';

const NONE: TriedRepairs = { tried: [], restartedAt: null };

/**
 * For what a node restarted its Prometheus already: an agent may be started anew in between. Not on the data volume,
 * for which nothing here may wait.
 */
export class RepairState {
  private known: TriedRepairs | null = null;

  constructor(
    private readonly file: string,
    private readonly log: Log,
  ) {}

  read(): TriedRepairs {
    return (this.known ??= readState(TRIED_REPAIRS, this.file, NONE, this.log));
  }

  restarting(corruption: readonly string[], at: number): void {
    this.write({ tried: [...new Set([...this.read().tried, ...corruption])], restartedAt: at });
  }

  /** A pass that began after the last restart found nothing to repair any more. */
  repaired(passAt: string): void {
    const { tried, restartedAt } = this.read();
    if (tried.length > 0 && Date.parse(passAt) > (restartedAt ?? 0)) this.write({ tried: [], restartedAt });
  }

  /** A disk that is full must not keep a node from being repaired; in memory it is remembered anyway. */
  private write(known: TriedRepairs): void {
    this.known = known;
    try {
      writeAtomically(this.file, TRIED_REPAIRS.serialize(known));
    } catch (error) {
      this.log('error', 'repairs-not-written', { error: messageOf(error) });
    }
  }
}
