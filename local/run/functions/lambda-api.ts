import { createServer, type IncomingMessage } from 'node:http';
import { everybodyMay, type MayCall } from './callers';
import type { Invocation } from './function';

/** Lambda's API as far as nodes use it: Invoke, of a deployed function by its name. */
export const LAMBDA_API_PORT = 5567;

/** Serves it. `invoke` runs the deployed function and rejects when there is none of that name. */
export async function serveLambdaApi(
  address: string,
  invoke: (name: string, event: unknown) => Promise<Invocation>,
  mayCall: MayCall = everybodyMay,
): Promise<{ close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const send = ({ status, body, error }: Answer): void =>
      void response
        .writeHead(status, { 'content-type': 'application/json', ...(error && { [ERROR_HEADERS[status]!]: error }) })
        .end(body === undefined ? undefined : JSON.stringify(body));
    answer(request, invoke, mayCall).then(send, (error: Error) => send(notFound(error.message)));
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

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly error?: string;
}

const ERROR_HEADERS: Readonly<Record<number, string>> = {
  200: 'x-amz-function-error',
  403: 'x-amzn-errortype',
  404: 'x-amzn-errortype',
};
const notFound = (Message: string): Answer => ({ status: 404, body: { Message }, error: 'ResourceNotFoundException' });

async function answer(
  request: IncomingMessage,
  invoke: (name: string, event: unknown) => Promise<Invocation>,
  mayCall: MayCall,
): Promise<Answer> {
  const path = (request.url ?? '').split('?')[0]!;
  const name = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(path)?.[1];
  if (request.method !== 'POST' || name === undefined) return notFound('only Invoke is played here');
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk as string;
  const called = decodeURIComponent(name);
  const key = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? '';
  if (!(await mayCall({ key }, 'lambda:InvokeFunction', called))) {
    const Message = `not authorized to perform: lambda:InvokeFunction on resource: ${called}`;
    return { status: 403, body: { Message }, error: 'AccessDeniedException' };
  }
  const invocation = invoke(called, text === '' ? {} : (JSON.parse(text) as unknown));
  // Accepted, and whatever comes of it nobody is told: as Lambda does with events.
  if (request.headers['x-amz-invocation-type'] === 'Event') {
    invocation.catch(() => undefined);
    return { status: 202 };
  }
  const { ok, value, error } = await invocation;
  return ok ? { status: 200, body: value ?? null } : { status: 200, body: { errorMessage: error }, error: 'Unhandled' };
}
