import { createConnection } from 'node:net';
import { BASELINE } from '../../run/balancer/load-balancer';

const TIMEOUT_MS = 1_000;

/** What the baseline says of each node: up, or down after three failed checks. */
export async function baseline(socket: string): Promise<Map<string, boolean>> {
  return parseStat(await ask(socket, 'show stat'), BASELINE);
}

/** One backend of HAProxy's statistics (CSV): server → up. "UP 1/3" still is up, "DOWN 1/2" still is down. */
export function parseStat(csv: string, backend: string): Map<string, boolean> {
  const [header, ...rows] = csv
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  const column = (name: string): number => {
    const at = header!.findIndex((h) => h.replace(/^# /, '') === name);
    if (at < 0) throw new Error(`HAProxy's statistics have no column ${name}: ${csv.slice(0, 120)}`);
    return at;
  };
  const [proxy, server, status] = [column('pxname'), column('svname'), column('status')];
  return new Map(
    rows
      .filter((row) => row[proxy] === backend && row[server] !== 'BACKEND' && row[server] !== 'FRONTEND')
      .map((row) => [row[server]!, row[status]!.startsWith('UP')]),
  );
}

function ask(path: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = createConnection(path, () => socket.write(`${command}\n`));
    socket
      .setEncoding('utf8')
      .setTimeout(TIMEOUT_MS, () => socket.destroy(new Error(`HAProxy did not answer ${command} in time`)))
      .on('data', (chunk: string) => (answer += chunk))
      .once('end', () => resolve(answer))
      .once('error', reject);
  });
}
