import type { Endpoint } from '../../../lib/contract/documents/remedy';
import { connectHttp } from './http';
import { connectRedis } from './redis';
import { sightOf, type Sight } from './sight';
import { connectTcp } from './tcp';

/** Beyond it an attempt sees nothing more. Short: whoever comes back shall be found soon. */
const ATTEMPT_MS = 1_500;

/** One attempt. Never rejects: what goes wrong is what it saw. */
export async function attemptOnce(endpoint: Endpoint, password: string | null): Promise<Sight> {
  const signal = AbortSignal.timeout(ATTEMPT_MS);
  try {
    switch (endpoint.kind) {
      case 'redis':
        return await connectRedis(endpoint, password, signal);
      case 'tcp':
        return await connectTcp(endpoint, signal);
      case 'http':
        return await connectHttp(endpoint, signal);
    }
  } catch (error) {
    return sightOf(error instanceof Error && error.name === 'AbortError' ? signal.reason : error);
  }
}
