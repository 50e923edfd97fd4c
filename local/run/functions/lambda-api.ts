import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { everybodyMay, type MayCall } from './callers';
import type { Invocation } from './function';

/** Lambda's API: Invoke, of a deployed function by its name. Whatever else is asked is the emulator's to answer. */
export const LAMBDA_API_PORT = 5567;

/** Of deployed functions, by name. Both throw when there is none of that name. */
export interface Callable {
  readonly call: (name: string, event: unknown) => Promise<Invocation>;
  /** Taken, and whatever comes of it nobody is told. */
  readonly queue: (name: string, event: unknown) => void;
}

export async function serveLambdaApi(
  address: string,
  functions: Callable,
  mayCall: MayCall = everybodyMay,
  mayReach: (address: string) => boolean = () => true,
  emulator: string | null = null,
): Promise<{ close(): Promise<void> }> {
  const server = createServer((request, response) => {
    // Without a route or an endpoint nobody would answer.
    if (!mayReach(request.socket.remoteAddress!)) return;
    if (emulator !== null && invoked(request) === undefined) return void passOn(request, response, emulator);
    const send = ({ status, body, error }: Answer): void =>
      void response
        .writeHead(status, {
          'content-type': 'application/json',
          ...(error && { [status === 200 ? 'x-amz-function-error' : 'x-amzn-errortype']: error }),
        })
        .end(body === undefined ? undefined : JSON.stringify(body));
    answer(request, functions, mayCall).then(send, (error: Error) => send(notFound(error.message)));
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

/** Which function is to be run; undefined: the call is another one. */
function invoked({ method, url = '' }: IncomingMessage): string | undefined {
  const name = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(url.split('?')[0]!)?.[1];
  return method === 'POST' ? name : undefined;
}

/** With whoever signed it, so that he is judged there. */
function passOn(request: IncomingMessage, response: ServerResponse, emulator: string): void {
  const { method, url = '/', headers } = request;
  const asked = httpRequest(new URL(url, emulator), { method: method!, headers }, (answered) => {
    response.writeHead(answered.statusCode!, answered.headers);
    answered.pipe(response);
  });
  asked.once('error', (error) => (response.headersSent ? response.destroy(error) : response.writeHead(503).end()));
  request.pipe(asked);
}

const notFound = (Message: string): Answer => ({ status: 404, body: { Message }, error: 'ResourceNotFoundException' });

async function answer(request: IncomingMessage, functions: Callable, mayCall: MayCall): Promise<Answer> {
  const name = invoked(request);
  if (name === undefined) return notFound('only Invoke is played here');
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk as string;
  const called = decodeURIComponent(name);
  const key = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? '';
  if (!(await mayCall({ key }, 'lambda:InvokeFunction', called))) {
    const Message = `not authorized to perform: lambda:InvokeFunction on resource: ${called}`;
    return { status: 403, body: { Message }, error: 'AccessDeniedException' };
  }
  const event: unknown = text === '' ? {} : JSON.parse(text);
  if (request.headers['x-amz-invocation-type'] === 'Event') {
    functions.queue(called, event);
    return { status: 202 };
  }
  const { ok, value, error, refused } = await functions.call(called, event);
  if (refused !== undefined) return refusal(refused, error ?? '');
  return ok ? { status: 200, body: value ?? null } : { status: 200, body: { errorMessage: error }, error: 'Unhandled' };
}

/** As Lambda's API reference has the errors of Invoke. */
function refusal(refused: NonNullable<Invocation['refused']>, why: string): Answer {
  if (refused === 'throttled')
    return {
      status: 429,
      body: { Reason: why, Type: 'User', message: 'Rate Exceeded.' },
      error: 'TooManyRequestsException',
    };
  const error = refused === 'inactive' ? 'ResourceNotReadyException' : 'ServiceException';
  return { status: refused === 'inactive' ? 502 : 500, body: { Type: 'System', Message: why }, error };
}
