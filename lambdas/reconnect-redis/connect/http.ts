import type { Endpoint } from '../../../lib/core/remedies';
import type { Sight } from './sight';

/** Whether a request is answered with the status that is expected. Redirections are not followed: they lead elsewhere. */
export async function connectHttp(
  { url, status = 200 }: Extract<Endpoint, { kind: 'http' }>,
  signal: AbortSignal,
): Promise<Sight> {
  const response = await fetch(url, { signal, redirect: 'manual' });
  await response.body?.cancel();
  const detail = `HTTP ${response.status}`;
  if (response.status === status) return { saw: 'answers', detail };
  const credentials = response.status === 401 || response.status === 403;
  return { saw: credentials ? 'authentication' : 'unexpected', detail: `${detail}, expected ${status}` };
}
