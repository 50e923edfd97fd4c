import type { PostedAlert } from '../../lib/contract/documents/alerts';
import { clusterOf, UNKNOWN_CLUSTER, type AlertmanagerCluster } from '../../lib/shell/alertmanager/client';
import { httpGet, HttpError } from '../../lib/shell/async/http-get';
import { atMost } from '../base/deadline';

const REQUEST_TIMEOUT_MS = 3_000;

/** The Alertmanager answered, and did not take it. */
export class Refused extends Error {}

/** @throws Refused, or another error when there is no answer in time */
export async function postAlerts(
  address: string,
  alerts: readonly PostedAlert[],
  signal = new AbortController().signal,
): Promise<void> {
  const response = await fetch(`http://${address}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(alerts),
    signal: atMost(REQUEST_TIMEOUT_MS, signal),
  });
  const answer = await response.text();
  if (!response.ok) throw new Refused(`HTTP ${response.status}: ${answer.slice(0, 200)}`);
}

/** How it sees its cluster; null when it does not answer. */
export async function askCluster(address: string, signal: AbortSignal): Promise<AlertmanagerCluster | null> {
  const url = `http://${address}/api/v2/status`;
  const text = await httpGet(url, atMost(REQUEST_TIMEOUT_MS, signal)).catch((error: unknown) =>
    error instanceof HttpError ? error.said : null,
  );
  if (text === null) return null;
  try {
    return clusterOf(text, url);
  } catch {
    return UNKNOWN_CLUSTER;
  }
}
