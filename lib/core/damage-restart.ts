/** What a standby weighs before it restarts its Prometheus to have damage mended. */
export interface RestartInput {
  /** Damage that a start mends, seen by two passes in a row. */
  readonly damage: readonly string[];
  /** What it restarted for before and what is still there: once is enough. */
  readonly tried: ReadonlySet<string>;
  readonly standsBy: boolean;
  readonly paused: boolean;
  /** Another node was probed just now, alerts and does its work. */
  readonly activeServes: boolean;
  /** Ms since the Unix epoch; null for never. */
  readonly lastAt: number | null;
}

/** A volume that goes bad bit by bit must not keep a node from ever being a standby. */
const AT_MOST_EVERY_MS = 600_000;

/**
 * Damage does not wait for the next crash, which might find this node alerting. Only a standby restarts, and only
 * while the alerting node is seen to work: never two at once, never the one that serves.
 */
export function decideRestart(s: RestartInput, now: number): { readonly restart: boolean; readonly because: string } {
  const no = (because: string): { restart: false; because: string } => ({ restart: false, because });
  if (s.damage.length === 0) return no('no damage that a start mends');
  if (s.damage.every((what) => s.tried.has(what))) return no('a restart for it did not mend it');
  if (!s.standsBy) return no('this node alerts: give alerting away first (promha switchover)');
  if (s.paused) return no('automatic changes are paused');
  if (s.lastAt !== null && now - s.lastAt < AT_MOST_EVERY_MS) return no('the last restart was a short while ago');
  if (!s.activeServes) return no('the node that alerts is not seen to work');
  return { restart: true, because: `to have mended: ${s.damage.join(', ')}` };
}
