import { ASSIGNMENT, type Assignment } from '../../../lib/contract/documents/assignment';
import type { ControlHeartbeat } from '../../../lib/contract/documents/announcement';
import type { ReadAssignment } from '../../../lib/shell/assignment/store';
import { S3, type StoreOutage } from './faults';
import type { Surroundings } from './surroundings';

type Answer<T> = (error: Error | null, value: T) => void;

/** The control bucket: versions, compare-and-swap, and everything S3 can do to its callers. */
export class SimStore {
  /** Every text that was ever current, oldest first; the etag is the place in this list. */
  readonly versions: string[] = [];
  private current: number | null = null;
  private parsed: { version: number; assignment: Assignment } | null = null;
  private beat: string | null = null;
  down: 'no' | StoreOutage = 'no';
  flaky = { errors: 0, lostAnswers: 0, conflicts: 0 };

  constructor(private readonly world: Surroundings) {}

  /** What is written now, whoever can read it; null when there is none or it is garbled. */
  truth(): Assignment | null {
    try {
      return this.read()?.assignment ?? null;
    } catch {
      return null;
    }
  }

  /** What somebody with the keys to the bucket does, past every rule. */
  tamper(text: string | null): void {
    if (text === null) this.current = null;
    else this.current = this.versions.push(text) - 1;
  }

  /** The bucket as shells see it. `alive` false: the caller is gone and hears nothing. */
  adapter(from: number, alive: () => boolean) {
    const { kernel } = this.world;
    const call = <T>(op: () => T, writes = false): Promise<T> =>
      kernel.promise((resolve, reject) =>
        this.call(from, op, writes, (error, value) => {
          if (!alive()) return;
          if (error) reject(error);
          else resolve(value);
        }),
      );
    return {
      readAssignment: (): Promise<ReadAssignment | null> => call(() => this.read()),
      writeAssignment: (next: Assignment, etag: string | null): Promise<'written' | 'lost'> =>
        call(() => this.write(from, next, etag), true),
      readHeartbeat: (): Promise<string | null> => call(() => this.beat),
      writeHeartbeat: (heartbeat: ControlHeartbeat): Promise<void> =>
        call(() => {
          this.beat = JSON.stringify(heartbeat);
        }, true),
    };
  }

  /** @throws UserError as the real store does */
  read(): ReadAssignment | null {
    if (this.current === null) return null;
    if (this.parsed?.version !== this.current) {
      this.parsed = { version: this.current, assignment: ASSIGNMENT.parse(this.versions[this.current]!, 's3') };
    }
    return { assignment: this.parsed!.assignment, etag: `${this.current}` };
  }

  write(from: number, next: Assignment, etag: string | null): 'written' | 'lost' {
    if (this.world.random() < this.flaky.conflicts) return 'lost'; // 409
    if (etag !== (this.current === null ? null : `${this.current}`)) return 'lost'; // 412
    const previous = this.truth();
    this.current = this.versions.push(ASSIGNMENT.serialize(next)) - 1;
    this.world.judge.onWrite(from, previous, this.read()!.assignment);
    return 'written';
  }

  private call<T>(from: number, op: () => T, writes: boolean, answer: Answer<T>): void {
    const { kernel, policy } = this.world;
    const fail = (ms: number, message: string): void =>
      kernel.after(ms, () => answer(new Error(message), undefined as T));
    const trip = this.world.trip(from, S3);
    const roll = this.world.random();
    if (this.down === 'refuses') return fail(trip ?? policy.storeTimeoutMs, '503 Slow Down');
    if (trip === null || this.down === 'silent') return fail(policy.storeTimeoutMs, 'no answer in time');
    if (writes && this.down === 'read-only') return fail(trip, '403 Access Denied');
    if (roll < this.flaky.errors) return fail(trip, '500 Internal Error');
    const lost = roll < this.flaky.errors + this.flaky.lostAnswers || trip > policy.storeTimeoutMs;
    kernel.after(trip / 2, () => {
      let value: T;
      try {
        value = op();
      } catch (error) {
        kernel.after(trip / 2, () => answer(error as Error, undefined as T));
        return;
      }
      if (lost) fail(policy.storeTimeoutMs - Math.min(policy.storeTimeoutMs, trip / 2), 'no answer in time');
      else kernel.after(trip / 2, () => answer(null, value));
    });
  }
}
