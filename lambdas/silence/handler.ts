import { WAKE_EVENT } from '../../lib/contract/documents/events';
import type { RelayAnswer } from '../../lib/contract/documents/relay';
import { SILENCE_REQUEST } from '../../lib/contract/documents/silence';
import { askSilences } from '../../lib/shell/alertmanager/silences';
import { reasonOf } from '../../lib/shell/probes/prober';
import { relayed } from '../shared/inside-vpc';
import { log } from '../shared/log';
import { whyNotSilenced } from './may-ask';

/**
 * Lists, makes and ends silences of an Alertmanager for promha, which is outside the VPC. A function of its own beside the
 * relay, which only reads: IAM says who may silence. @throws UserError for an event that is no request
 */
export async function handler(event: unknown): Promise<RelayAnswer> {
  if (WAKE_EVENT.is(event)) return relayed(null, 'awake');
  const { url, method, body, by } = SILENCE_REQUEST.check(event, 'the event');
  if (url === null) return relayed(null, 'awake');
  const refused = whyNotSilenced(url, method);
  if (refused !== null) {
    log('warn', 'silence-refused', { url, method, by, because: refused });
    return relayed(null, `this is not asked of an Alertmanager: ${refused}`);
  }
  const answer = await askSilences(url, method, body).catch((error: unknown) => ({
    status: null,
    text: reasonOf(error),
  }));
  if (method !== 'GET') log('info', 'silence-asked', { url, method, body, by, status: answer.status });
  return relayed(answer.status, answer.text);
}
