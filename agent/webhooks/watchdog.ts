import { watchdogIn, type Notification } from '../../lib/core/watchdog';

/** Where the dead man's switch arrives. */
export class WatchdogReceiver {
  /** By own clock, ms. */
  receivedAt: number | null = null;
  /** By the clock of the Prometheus that evaluated it, ms. */
  evaluatedAt: number | null = null;

  /** @throws Error when the notification has none in it */
  take(notification: Notification): void {
    const at = watchdogIn(notification);
    if (at === null) throw new Error('the notification has no watchdog that fires in it');
    this.receivedAt = Date.now();
    this.evaluatedAt = Math.max(at, this.evaluatedAt ?? 0);
  }
}
