import { callLambda } from '../../../../agent/remedies/webhook';
import { LAMBDA_API_PORT, serveLambdaApi } from '../../../../local/run/functions/lambda-api';

/** The agent's real client against what the local run plays for it. */
describe("Lambda's API, as nodes use it", () => {
  const HOST = '127.88.9.1';
  const called: unknown[] = [];
  let api: { close(): Promise<void> };
  let allowed = true;
  const asked: unknown[][] = [];
  const before = { ...process.env };

  beforeAll(async () => {
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_LAMBDA: `http://${HOST}:${LAMBDA_API_PORT}`,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'x',
      AWS_SECRET_ACCESS_KEY: 'x',
    });
    const invoke = (name: string, event: unknown): Promise<never> => {
      if (name !== 'known') throw new Error(`no function ${name}`);
      called.push(event);
      return new Promise(() => {}); // it runs for minutes: nobody waits for it
    };
    api = await serveLambdaApi(HOST, invoke, async (...question) => {
      asked.push(question);
      return allowed;
    });
  });
  afterAll(async () => {
    process.env = before;
    await api.close();
  });

  it('takes an event for a function, and does not wait for what comes of it', async () => {
    await callLambda('known', { remedy: 'redis' });
    expect(called).toEqual([{ remedy: 'redis' }]);
    expect(asked).toEqual([[{ key: 'x' }, 'lambda:InvokeFunction', 'known']]);
  });

  it('refuses a function that is not deployed, and the caller learns of it', async () => {
    await expect(callLambda('unknown', {})).rejects.toThrow('no function unknown');
  });

  it('refuses whoever may not call it, and calls nothing', async () => {
    allowed = false;
    await expect(callLambda('known', {})).rejects.toThrow('not authorized to perform: lambda:InvokeFunction');
    expect(called).toHaveLength(1);
  });
});
