import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PostedAlert } from '../../../../lib/contract/documents/alerts';

/** An Alertmanager that can be told to fail or to hang. */
export class FakeAlertmanager {
  readonly got: string[][] = [];
  answer: number | 'hang' = 200;
  /** Names of alerts for which it refuses a request as a whole, as Alertmanager does for one that is not valid. */
  refuses: string[] = [];
  aborted = 0;
  cluster: 'ready' | 'settling' = 'ready';
  peers = 2;
  /** Its own name in the cluster, and everybody's; without them it is the first of none. */
  names: { own: string; all: string[] } | null = null;
  private server!: Server;

  async start(port = 0): Promise<string> {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (request.method === 'GET' && this.answer === 200) {
          return void response.end(
            JSON.stringify({
              cluster: {
                status: this.cluster,
                name: this.names?.own,
                peers: this.names?.all.map((name) => ({ name })) ?? Array(this.peers).fill({}),
              },
            }),
          );
        }
        if (this.answer === 'hang') return void response.on('close', () => (this.aborted += 1));
        const alerts = JSON.parse(Buffer.concat(chunks).toString() || '[]') as PostedAlert[];
        const names = alerts.map((a) => a.labels.alertname!);
        if (names.some((name) => this.refuses.includes(name))) return void response.writeHead(400).end('not valid');
        if (this.answer === 200) this.got.push(names);
        response.writeHead(this.answer).end();
      });
    }).listen(port, '127.0.0.1');
    await new Promise((resolve) => this.server.once('listening', resolve));
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
