import { connect } from 'node:net';
import { once } from 'node:events';
import type { Endpoint } from '../../../lib/contract/documents/remedy';
import type { Sight } from './sight';

/** Whether somebody takes connections there. */
export async function connectTcp(
  { host, port }: Extract<Endpoint, { kind: 'tcp' }>,
  signal: AbortSignal,
): Promise<Sight> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect', { signal });
    return { saw: 'answers', detail: 'it takes connections' };
  } finally {
    socket.on('error', () => {}); // what comes after the answer is nobody's concern
    socket.destroy();
  }
}
