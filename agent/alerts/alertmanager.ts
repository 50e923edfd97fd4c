import type { PostedAlert } from '../../lib/contract/documents/alerts';
import { clusterOf, UNKNOWN_CLUSTER, type AlertmanagerCluster } from '../../lib/shell/alertmanager/client';
import { httpGet, HttpError } from '../../lib/shell/async/http-get';
import { fetchBounded } from '../base/fetch-bounded';
import { atMost } from '../base/deadline';

const REQUEST_TIMEOUT_MS = 3_000;
/** It answers nothing, or a sentence for each alert. */
const MOST_ANSWERED = 2 ** 20;

/** The Alertmanager answered, and did not take it. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    answer: string,
  ) {
    super(`HTTP ${status}: ${answer}`);
  }

  /** It would say the same again. */
  get isOfContent(): boolean {
    return this.status >= 400 && this.status < 500 && this.status !== 408 && this.status !== 429;
  }
}

/** An alert that an Alertmanager will not have, and what it said. */
export interface RefusedAlert {
  readonly alert: PostedAlert;
  readonly says: string;
}

/** @throws Refused, or another error when there is no answer in time */
export async function postAlerts(
  address: string,
  alerts: readonly PostedAlert[],
  signal = new AbortController().signal,
): Promise<void> {
  const request = {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(alerts),
    signal: atMost(REQUEST_TIMEOUT_MS, signal),
  };
  const { ok, status, said } = await fetchBounded(`http://${address}/api/v2/alerts`, request, MOST_ANSWERED);
  if (!ok) throw new Refused(status, said);
}

/**
 * Posts all; one that is refused for what is in it holds up no other. Says which those are: Alertmanager refuses a request as a
 * whole, so its halves are tried. @throws Refused for another reason, or another error when there is no answer in time
 */
export async function postPassingOver(
  address: string,
  alerts: readonly PostedAlert[],
  signal?: AbortSignal,
): Promise<RefusedAlert[]> {
  try {
    await postAlerts(address, alerts, signal);
    return [];
  } catch (error) {
    if (!(error instanceof Refused) || !error.isOfContent) throw error;
    if (alerts.length === 1) return [{ alert: alerts[0]!, says: error.message }];
    const half = Math.ceil(alerts.length / 2);
    const first = await postPassingOver(address, alerts.slice(0, half), signal);
    return [...first, ...(await postPassingOver(address, alerts.slice(half), signal))];
  }
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

/** What all of them have together; null when none answers. */
export async function askAll<T>(
  alertmanagers: readonly { readonly address: string }[],
  alertsOf: (address: string) => Promise<readonly T[]>,
): Promise<T[] | null> {
  const answers = await Promise.all(alertmanagers.map(({ address }) => alertsOf(address).catch(() => null)));
  const found = answers.filter((answer) => answer !== null);
  return found.length === 0 ? null : found.flat();
}
