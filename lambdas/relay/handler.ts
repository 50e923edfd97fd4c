import { WAKE_EVENT } from '../../lib/contract/documents/events';
import { RELAY_REQUEST, type RelayAnswer } from '../../lib/contract/documents/relay';
import { httpGet, HttpError } from '../../lib/shell/async/http-get';
import { reasonOf } from '../../lib/shell/probes/prober';
import { relayed } from '../shared/inside-vpc';
import { log } from '../shared/log';
import { whyNotAsked } from './may-ask';

/** Whoever asks gives up sooner, and nobody is told; so that this ends, too. */
const GIVEN_UP_MS = 25_000;

/**
 * Asks a program inside the VPC for promha, which is outside. Whoever may invoke it may read what nodes and Thanos answer;
 * it changes nothing. @throws UserError for an event that is no request
 */
export async function handler(event: unknown): Promise<RelayAnswer> {
  if (WAKE_EVENT.is(event)) return relayed(null, 'awake');
  const { url, maxBytes } = RELAY_REQUEST.check(event, 'the event');
  if (url === null) return relayed(null, 'awake');
  const refused = whyNotAsked(url);
  if (refused !== null) {
    log('warn', 'relay-refused', { url, because: refused });
    return relayed(null, `the relay does not ask this: ${refused}`);
  }
  try {
    return relayed(200, await httpGet(url, AbortSignal.timeout(GIVEN_UP_MS), maxBytes));
  } catch (error) {
    return error instanceof HttpError ? relayed(error.status, error.said) : relayed(null, reasonOf(error));
  }
}
