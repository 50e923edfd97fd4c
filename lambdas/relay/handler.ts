import { gzipSync } from 'node:zlib';
import { WAKE_EVENT } from '../../lib/contract/documents/events';
import { RELAY_REQUEST, type RelayAnswer } from '../../lib/contract/documents/relay';
import { httpGet, HttpError } from '../../lib/shell/async/http-get';
import { reasonOf } from '../../lib/shell/probes/prober';
import { log } from '../shared/log';
import { whyNotAsked } from './may-ask';

/** Whoever asks gives up sooner, and nobody is told; so that this ends, too. */
const GIVEN_UP_MS = 25_000;
/** Of compressed bytes: what is left of Lambda's 6 MB after base64. */
const MOST_BYTES = 4.4 * 2 ** 20;

/**
 * Asks a program inside the VPC for promha, which is outside. Whoever may invoke it may read what nodes and Thanos answer;
 * it changes nothing. @throws UserError for an event that is no request
 */
export async function handler(event: unknown): Promise<RelayAnswer> {
  if (WAKE_EVENT.is(event)) return answer(null, 'awake');
  const { url, maxBytes } = RELAY_REQUEST.check(event, 'the event');
  if (url === null) return answer(null, 'awake');
  const refused = whyNotAsked(url);
  if (refused !== null) {
    log('warn', 'relay-refused', { url, because: refused });
    return answer(null, `the relay does not ask this: ${refused}`);
  }
  try {
    return answer(200, await httpGet(url, AbortSignal.timeout(GIVEN_UP_MS), maxBytes));
  } catch (error) {
    return error instanceof HttpError ? answer(error.status, error.said) : answer(null, reasonOf(error));
  }
}

function answer(status: number | null, text: string): RelayAnswer {
  const packed = gzipSync(text);
  if (packed.length <= MOST_BYTES) return { status, body: packed.toString('base64') };
  return answer(null, `the answer is longer than Lambda gives back (${packed.length} bytes compressed): ask for less`);
}
