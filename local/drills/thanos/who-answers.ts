import { fields, text } from '../../../lib/contract/shape';
import { PORTS } from '../../../lib/contract/ports';
import { ownDocument } from '../../../lib/shell/local/own-document';

/** Both ways answer alike; what tells them apart is where whoever answers listens. */
export const WHO_ANSWERS_PATH = '/api/v1/status/flags';

const FLAGS = ownDocument("answer with Thanos' flags", fields({ data: fields({ 'http-address': text }) }));

/** Query tasks, or a node's own query. @throws when it is no such answer */
export function whoAnswers(body: string): 'thanos' | 'nodes' {
  const address = FLAGS.parse(body, WHO_ANSWERS_PATH).data['http-address'];
  return address.endsWith(`:${PORTS.nodeQuery}`) ? 'nodes' : 'thanos';
}
