import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { SilenceRequest } from '../../contract/documents/silence';

export interface SilenceAnswer {
  readonly status: number;
  readonly text: string;
}

/** Asks an Alertmanager's API for silences. @throws where there is no answer */
export type AskSilences = (
  url: string,
  method: SilenceRequest['method'],
  body: string | null,
) => Promise<SilenceAnswer>;

const TIMEOUT_MS = 10_000;

/** By this machine's own network. */
export const askSilences: AskSilences = (url, method, body) =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    // A connection of its own: one that a frozen function kept would be closed by then.
    const asked = request(url, { method, agent: false, signal, ...(body !== null && { headers }) }, (answer) => {
      text(answer).then((said) => resolve({ status: answer.statusCode!, text: said }), reject);
    });
    asked.on('error', (error) => reject(signal.aborted ? (signal.reason as Error) : error));
    asked.end(body ?? undefined);
  });
