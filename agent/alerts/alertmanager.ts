import type { PostedAlert } from '../../lib/contract/documents/alerts';
import { clusterOf, UNKNOWN_CLUSTER, type AlertmanagerCluster } from '../../lib/shell/alertmanager/client';
import { systemClock } from '../../lib/shell/async/clock';
import { httpGet, HttpError } from '../../lib/shell/async/http-get';
import { fetchBounded } from '../base/fetch-bounded';
import { atMost } from '../base/deadline';
import { Answers } from '../base/answers';
import type { Log } from '../base/log';

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

/** So many are no load for anybody, in all answers of a look together. */
const FEW = 5_000;
/** Beyond them: half a second of the processor for 40,000, which is to be a tenth of the time at most. */
const PAUSE_MS_PER_ALERT = 0.2;

/** What Alertmanagers have, or a peer's gate, asked again and again; less often the more they have. */
export class AlertsTaken<T> {
  private notBefore = -Infinity;

  private readonly answers: Answers;

  /** `alertsOf`: all that one of them has. @throws when it does not answer in time. `elapsed`: ms of a clock that is never set */
  constructor(
    private readonly alertsOf: (address: string) => Promise<readonly T[]>,
    log: Log,
    private readonly elapsed: () => number = systemClock.elapsed,
  ) {
    this.answers = new Answers(log);
  }

  /** What all of them have together; null when none answers, or when it is too soon after what they had last. */
  async ask(alertmanagers: readonly { readonly address: string }[]): Promise<T[] | null> {
    if (this.elapsed() < this.notBefore) return null;
    const answers = await Promise.all(
      alertmanagers.map(({ address }) => this.answers.orNull(`alerts of ${address}`, () => this.alertsOf(address))),
    );
    const found = answers.filter((answer) => answer !== null);
    const taken = found.flat();
    this.notBefore = this.elapsed() + Math.max(0, taken.length - FEW) * PAUSE_MS_PER_ALERT;
    return found.length === 0 ? null : taken;
  }
}
