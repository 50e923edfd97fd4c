import { createSocket } from 'node:dgram';
import { UserError } from '../../../lib/contract/errors';
import { buildAnswer, parseQuestion, type DnsAnswer } from './dns-message';

/** A question that fits more than eight addresses gets eight of them, as from Cloud Map. */
const MOST_ADDRESSES = 8;
export const DNS_PORT = 53;

/** Answers questions for names of the VPC, from what `lookup` knows at that moment; null: there is no such name. */
export async function startDnsServer(
  host: string,
  lookup: (name: string) => DnsAnswer | null,
  port = DNS_PORT,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const socket = createSocket('udp4');
  let turn = 0;
  socket.on('message', (message, from) => {
    const question = parseQuestion(message);
    if (question === null) return;
    const known = lookup(question.name);
    turn += 1;
    const answer =
      known === null ? null : { ...known, addresses: rotated(known.addresses, turn).slice(0, MOST_ADDRESSES) };
    // An answer that does not get through is asked for again.
    socket.send(buildAnswer(question, answer), from.port, from.address, () => undefined);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new UserError({
          what: "the local run's name server cannot listen",
          got: `${host}:${port}: ${error.code ?? error.message}`,
          expected: 'the port to be free on that address',
          fix: 'stop the name server that listens on all addresses (`ss -lunp` shows it), or bind it to its own',
        }),
      ),
    );
    socket.bind(port, host, resolve);
  });
  return { port: socket.address().port, close: () => new Promise((resolve) => socket.close(() => resolve())) };
}

function rotated<T>(values: readonly T[], by: number): T[] {
  const at = values.length === 0 ? 0 : by % values.length;
  return [...values.slice(at), ...values.slice(0, at)];
}
