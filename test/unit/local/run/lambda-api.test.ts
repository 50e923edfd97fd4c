import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  type LambdaServiceException,
} from '@aws-sdk/client-lambda';
import { callLambda } from '../../../../lib/shell/aws/call-function';
import { LAMBDA_API_PORT, serveLambdaApi } from '../../../../local/run/functions/lambda-api';
import type { MayCall } from '../../../../local/run/functions/callers';
import type { Invocation } from '../../../../local/run/functions/function';

/** The agent's real client against what the local run plays for it. */
describe("Lambda's API, as nodes use it", () => {
  const HOST = '127.88.9.1';
  const called: unknown[] = [];
  const passedOn: unknown[] = [];
  let emulator: Server;
  let api: { close(): Promise<void> };
  let allowed = true;
  let answers: Invocation = { ok: true };
  const asked: unknown[][] = [];
  const before = { ...process.env };

  beforeAll(async () => {
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_LAMBDA: `http://${HOST}:${LAMBDA_API_PORT}`,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'x',
      AWS_SECRET_ACCESS_KEY: 'x',
    });
    const take = (name: string, event: unknown): void => {
      if (name !== 'known') throw new Error(`no function ${name}`);
      called.push(event);
    };
    const call = (name: string, event: unknown): Promise<Invocation> => {
      take(name, event);
      return Promise.resolve(answers);
    };
    emulator = createServer((request, response) => {
      passedOn.push([request.url, request.headers.authorization?.includes('Credential=x/')]);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ Timeout: 7 }));
    }).listen(0, HOST);
    await once(emulator, 'listening');
    const mayCall: MayCall = async (...question) => {
      asked.push(question);
      return allowed;
    };
    const { port } = emulator.address() as AddressInfo;
    api = await serveLambdaApi(HOST, { call, queue: take }, mayCall, () => true, `http://${HOST}:${port}`);
  });
  afterAll(async () => {
    process.env = before;
    await api.close();
    emulator.close();
    emulator.closeAllConnections();
  });

  it('takes an event for a function, and does not wait for what comes of it', async () => {
    await callLambda('known', { remedy: 'redis' });
    expect(called).toEqual([{ remedy: 'redis' }]);
    expect(asked).toEqual([[{ key: 'x' }, 'lambda:InvokeFunction', 'known']]);
  });

  it('refuses a function that is not deployed, and the caller learns of it', async () => {
    await expect(callLambda('unknown', {})).rejects.toThrow('no function unknown');
  });

  it('says whether a function that is waited for failed, and why it was not run', async () => {
    const lambda = new LambdaClient({ endpoint: `http://${HOST}:${LAMBDA_API_PORT}`, maxAttempts: 1 });
    const ask = (): Promise<unknown> =>
      lambda.send(new InvokeCommand({ FunctionName: 'known', Payload: '{}' })).then(
        (answer) => answer.FunctionError ?? 'ok',
        (error: LambdaServiceException) => [error.name, error.$metadata.httpStatusCode],
      );
    const found = [];
    for (const answer of [
      { ok: true },
      { ok: false, error: 'Error: no' },
      { ok: false, error: 'ConcurrentInvocationLimitExceeded', refused: 'throttled' },
      { ok: false, error: 'it wakes', refused: 'inactive' },
      { ok: false, error: 'halted', refused: 'unavailable' },
    ] as const) {
      answers = answer;
      found.push(await ask());
    }
    expect(found).toEqual([
      'ok',
      'Unhandled',
      ['TooManyRequestsException', 429],
      ['ResourceNotReadyException', 502],
      ['ServiceException', 500],
    ]);
    called.length = 1;
  });

  it('what is no Invoke the emulator answers, for whoever signed it', async () => {
    const lambda = new LambdaClient({});
    const { Timeout } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: 'known' }));
    expect(Timeout).toBe(7);
    expect(passedOn).toEqual([['/2015-03-31/functions/known/configuration', true]]);
  });

  it('refuses whoever may not call it, and calls nothing', async () => {
    allowed = false;
    await expect(callLambda('known', {})).rejects.toThrow('not authorized to perform: lambda:InvokeFunction');
    expect(called).toHaveLength(1);
  });
});
