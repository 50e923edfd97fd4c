import { fingerprint } from '../../lib/core/alerts/gate';
import { DEMO_LABEL } from '../../lib/infra/config/reserved';
import type { ActiveAlert, AlertLabels } from './test-bed';

/** Alerts of one place, by the place's name. */
export type AlertsBy<T> = ReadonlyMap<string, readonly T[]>;

/**
 * Why the alerts are not at rest, or null. Those of the demonstration must be over. Of the user's own, and of what watches
 * the cluster, every node has to have what the oracle has in the same state: what is down for all is no news.
 */
export function alertUnrest(oracle: readonly ActiveAlert[], nodes: AlertsBy<ActiveAlert>): string | null {
  for (const [where, alerts] of new Map([['the oracle', oracle], ...nodes])) {
    const moved = alerts.find(({ labels }) => DEMO_LABEL in labels);
    if (moved !== undefined) return `${named(moved.labels)} is ${moved.state} at ${where}`;
  }
  const truth = new Map(oracle.map((a) => [fingerprint(a.labels), a]));
  for (const [where, alerts] of nodes) {
    const here = new Map(alerts.map((a) => [fingerprint(a.labels), a]));
    for (const [key, { labels, state }] of here) {
      const other = truth.get(key)?.state ?? 'nothing';
      if (other !== state) return `${named(labels)} is ${state} at ${where}, ${other} at the oracle`;
    }
    for (const [key, { labels, state }] of truth) {
      if (!here.has(key)) return `${named(labels)} is ${state} at the oracle, nothing at ${where}`;
    }
  }
  return null;
}

/** What some Alertmanager has firing and the oracle's has not: left by a node that saw nothing. */
export function strayAlerts(oracle: readonly AlertLabels[], nodes: AlertsBy<AlertLabels>): string | null {
  const truth = new Set(oracle.map(fingerprint));
  for (const [where, alerts] of nodes) {
    const stray = alerts.find((labels) => !truth.has(fingerprint(labels)));
    if (stray !== undefined) return `${where} still has ${named(stray)}, which the oracle has not`;
  }
  return null;
}

function named({ alertname = '?', instance }: AlertLabels): string {
  return instance === undefined ? alertname : `${alertname} of ${instance}`;
}
