import { createServer } from 'node:net';
import { UserError } from '../../../lib/contract/errors';

export interface NeededPort {
  readonly what: string;
  readonly host: string;
  readonly port: number;
}

/** @throws UserError naming every port that somebody else has */
export async function requireFreePorts(ports: readonly NeededPort[]): Promise<void> {
  const taken: string[] = [];
  for (const { what, host, port } of ports) {
    const problem = await tryListen(host, port);
    if (problem !== null) taken.push(`${host}:${port} (${what}): ${problem}`);
  }
  if (taken.length > 0) {
    throw new UserError({
      what: 'ports that the local run needs are taken',
      got: taken.join('; '),
      expected: 'these to be free',
      fix: 'stop what listens there (`ss -ltnp` shows it) and start again',
    });
  }
}

function tryListen(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer()
      .once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      .listen(port, host, () => server.close(() => resolve(null)));
  });
}
