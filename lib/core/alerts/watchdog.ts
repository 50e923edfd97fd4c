import type { Notification } from '../../contract/documents/alerts';
import type { NodeId } from '../../contract/documents/assignment';
import { SHARD_LABEL } from '../../contract/labels';
import type { Probe } from '../failover/health';

/**
 * The dead man's switch: an alert that always fires goes the way of every other one, through Prometheus, the open gate
 * and Alertmanager, and ends at an agent instead of a pager. While it arrives, alerting is alive. Its annotation says
 * when Prometheus evaluated it, so that a way that is stuck anywhere shows by its age, long before Alertmanager, which
 * repeats what it has, lets it run out.
 */
export const WATCHDOG = {
  alert: 'Watchdog',
  /**
   * Known by its name and this label together: an alert of the same name in config/rules is another one, and so is one of a
   * target that has put the label onto its series, to divert its page to us.
   */
  label: { name: 'prometheus_ha', value: 'watchdog' },
  evaluatedAt: 'evaluated_at',
} as const;

export const isWatchdog = (labels: Readonly<Record<string, string>>): boolean =>
  labels.alertname === WATCHDOG.alert && labels[WATCHDOG.label.name] === WATCHDOG.label.value;

/** Sent this often. More than the time-out of Alertmanager's peers (PEER_TIMEOUT_MS), which wait for each other before they notify. */
export const WATCHDOG_INTERVAL_MS = 10_000;

/**
 * A clock may be ahead. What is from further in the future proves nothing: taken for the youngest, it would hide for ever
 * that no other one comes.
 */
export const MAX_AHEAD_MS = 60_000;

/** Of each shard in a notification: when its youngest watchdog was evaluated, ms since the Unix epoch. */
export function watchdogsIn({ alerts }: Notification, now: number): ReadonlyMap<number, number> {
  const youngest = new Map<number, number>();
  for (const { status, labels, annotations } of alerts) {
    if (status !== 'firing' || !isWatchdog(labels)) continue;
    const at = Math.round(Number(annotations[WATCHDOG.evaluatedAt] || NaN) * 1000);
    const shard = Number(labels[SHARD_LABEL] ?? 0);
    if (at <= now + MAX_AHEAD_MS && Number.isInteger(shard))
      youngest.set(shard, Math.max(at, youngest.get(shard) ?? 0));
  }
  return youngest;
}

/** Proof that alerts get through: the youngest watchdog that any node knows of. */
export interface AlertingProof {
  readonly node: NodeId;
  /** When it was evaluated, ms since the Unix epoch. */
  readonly at: number;
}

/** Any node's Alertmanager may send it, and only one of them has to: the youngest counts. Null when there is none. */
export function alertingProof(probes: Iterable<Probe>, now: number): AlertingProof | null {
  let youngest: AlertingProof | null = null;
  for (const { node, agent } of probes) {
    const at = agent?.watchdogAt ?? null;
    if (at !== null && at <= now + MAX_AHEAD_MS && (youngest === null || at > youngest.at)) youngest = { node, at };
  }
  return youngest;
}
