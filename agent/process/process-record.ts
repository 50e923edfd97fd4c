import type { ProcessIdentity } from './proc';

/** What is known of a program: its supervisor writes it, everybody else reads it, also who is made before the supervisor. */
export class ProcessRecord {
  current: (ProcessIdentity & { readonly startedAt: string }) | null = null;
  restarts = 0;
  lastExit: string | null = null;
  /** When it was last made to read its configuration anew, ms since the Unix epoch; 0: never. */
  reloadedAt = 0;

  /** Null while it does not run. */
  get pid(): number | null {
    return this.current?.pid ?? null;
  }

  /** ISO 8601, UTC; null while it does not run. */
  get startedAt(): string | null {
    return this.current?.startedAt ?? null;
  }
}
