import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { metadataOf, metadataService, type BootMetadata, type InstanceIdentity } from './metadata';

export type { InstanceIdentity } from './metadata';

const SESSION_S = '21600';

/** The instance metadata service for one instance. Resolves with its endpoint. */
export async function startMetadataService(
  identity: InstanceIdentity,
  host: string,
  boot: BootMetadata | null = null,
  port = 0,
): Promise<{ endpoint: string; close(): Promise<void> }> {
  const service = metadataService(metadataOf(identity, boot, new Date()));
  const server = createServer((request, response) => {
    const { status, body } = service({
      method: request.method ?? '',
      path: request.url ?? '',
      token: request.headers['x-aws-ec2-metadata-token']?.toString(),
    });
    const headers = { 'content-type': 'text/plain', 'x-aws-ec2-metadata-token-ttl-seconds': SESSION_S };
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  const { port: found } = server.address() as AddressInfo;
  return {
    endpoint: `http://${host}:${found}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
