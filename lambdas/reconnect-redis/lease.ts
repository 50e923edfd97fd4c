import { reasonOf } from '../../lib/shell/probes/prober';
import type { RemedyStore } from '../../lib/shell/assignment/remedy-store';
import type { RemedyRecord } from '../../lib/contract/documents/remedy';
import { RENEW_MS, withLease, withOutcome } from '../../lib/core/remedies/remedy-lease';
import { log } from '../shared/log';

/**
 * Of any number of calls for the same target one tries, the others see that it does and go. When the control bucket cannot
 * be reached it is tried all the same: two calls that try do no harm, and none that tries does.
 */
export class Lease {
  private record: RemedyRecord | null = null;
  private etag: string | null = null;
  private renewedAt = 0;

  constructor(
    private readonly store: RemedyStore,
    private readonly name: string,
    private readonly holder: string,
    private readonly startedAt: number,
    private readonly now: () => number,
  ) {}

  /** Null when it is ours, else a sentence that says whose it is. */
  async take(): Promise<string | null> {
    try {
      const read = await this.store.read(this.name);
      const next = withLease(read?.record ?? null, this.name, this.holder, this.startedAt, this.now());
      if (next === null) return `${this.name} is being tried since ${read!.record.startedAt} by another call.`;
      const etag = await this.store.write(next, read?.etag ?? null);
      if (etag === null) return `${this.name} is being tried by another call that was first by a moment.`;
      this.keep(next, etag);
    } catch (error) {
      log('warn', 'lease-unknown', { remedy: this.name, error: reasonOf(error) });
    }
    return null;
  }

  /** False when another call has it by now: this one stood still for too long. */
  async renew(): Promise<boolean> {
    const now = this.now();
    if (this.record === null || now - this.renewedAt < RENEW_MS) return true;
    try {
      const next = withLease(this.record, this.name, this.holder, this.startedAt, now)!;
      const etag = await this.store.write(next, this.etag);
      if (etag === null) return false;
      this.keep(next, etag);
    } catch (error) {
      this.renewedAt = now; // not at every attempt: an S3 that does not answer would hold up the attempts themselves
      log('warn', 'lease-not-renewed', { remedy: this.name, error: reasonOf(error) });
    }
    return true;
  }

  async end(reconnected: boolean, because: string): Promise<void> {
    if (this.record === null) return;
    try {
      await this.store.write(withOutcome(this.record, reconnected, because, this.now()), this.etag);
    } catch (error) {
      log('warn', 'lease-not-ended', { remedy: this.name, error: reasonOf(error) });
    }
  }

  private keep(record: RemedyRecord, etag: string): void {
    this.record = record;
    this.etag = etag;
    this.renewedAt = this.now();
  }
}
