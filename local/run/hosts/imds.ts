import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';

export interface InstanceIdentity {
  readonly instanceId: string;
  readonly address: string;
  readonly zone: string;
  readonly region: string;
}

/** The instance metadata service, version 2 only, for one instance. Resolves with its endpoint. */
export async function startMetadataService(
  identity: InstanceIdentity,
  host: string,
): Promise<{ endpoint: string; close(): Promise<void> }> {
  const token = randomUUID();
  const documents: Record<string, string> = {
    '/latest/meta-data/instance-id': identity.instanceId,
    '/latest/meta-data/local-ipv4': identity.address,
    '/latest/meta-data/placement/availability-zone': identity.zone,
    '/latest/meta-data/placement/region': identity.region,
  };
  const server = createServer((request, response) => {
    if (request.method === 'PUT' && request.url === '/latest/api/token') {
      response.end(token);
      return;
    }
    const document = documents[request.url ?? ''];
    // Version 1 is switched off by the launch template: no token, no answer.
    const status = request.headers['x-aws-ec2-metadata-token'] !== token ? 401 : document === undefined ? 404 : 200;
    response.writeHead(status, { 'content-type': 'text/plain' }).end(status === 200 ? document : '');
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://${host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
