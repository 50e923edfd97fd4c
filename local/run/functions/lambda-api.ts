import { createServer } from 'node:http';
import type { Invocation } from './function';

/** Lambda's API as far as nodes use it: Invoke, of a deployed function by its name. */
export const LAMBDA_API_PORT = 5567;

/** Serves it. `invoke` runs the deployed function and rejects when there is none of that name. */
export async function serveLambdaApi(
  address: string,
  invoke: (name: string, event: unknown) => Promise<Invocation>,
): Promise<{ close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const name = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec((request.url ?? '').split('?')[0]!)?.[1];
    const answer = (status: number, body: unknown, headers: Record<string, string> = {}): void =>
      void response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(body === undefined ? undefined : JSON.stringify(body));
    const failed = (error: Error): void =>
      answer(404, { Message: error.message }, { 'x-amzn-errortype': 'ResourceNotFoundException' });
    if (request.method !== 'POST' || name === undefined) return failed(new Error('only Invoke is played here'));
    let text = '';
    request
      .setEncoding('utf8')
      .on('data', (chunk: string) => (text += chunk))
      .on('end', () => {
        let invocation: Promise<Invocation>;
        try {
          invocation = invoke(decodeURIComponent(name), text === '' ? {} : (JSON.parse(text) as unknown));
        } catch (error) {
          return failed(error as Error);
        }
        // Accepted, and whatever comes of it nobody is told: as Lambda does with events.
        if (request.headers['x-amz-invocation-type'] === 'Event') return answer(202, undefined);
        invocation.then(
          ({ ok, value, error }) =>
            ok
              ? answer(200, value ?? null)
              : answer(200, { errorMessage: error }, { 'x-amz-function-error': 'Unhandled' }),
          failed,
        );
      });
  });
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(LAMBDA_API_PORT, address, () => resolve()),
  );
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
