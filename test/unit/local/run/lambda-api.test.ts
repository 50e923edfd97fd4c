import { callLambda } from '../../../../agent/remedies/webhook';
import { LAMBDA_API_PORT, serveLambdaApi } from '../../../../local/run/functions/lambda-api';

/** The agent's real client against what the local run plays for it. */
describe("Lambda's API, as nodes use it", () => {
  const HOST = '127.88.9.1';
  const called: unknown[] = [];
  let api: { close(): Promise<void> };
  const before = { ...process.env };

  beforeAll(async () => {
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_LAMBDA: `http://${HOST}:${LAMBDA_API_PORT}`,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'x',
      AWS_SECRET_ACCESS_KEY: 'x',
    });
    api = await serveLambdaApi(HOST, (name, event) => {
      if (name !== 'known') throw new Error(`no function ${name}`);
      called.push(event);
      return new Promise(() => {}); // it runs for minutes: nobody waits for it
    });
  });
  afterAll(async () => {
    process.env = before;
    await api.close();
  });

  it('takes an event for a function, and does not wait for what comes of it', async () => {
    await callLambda('known', { remedy: 'redis' });
    expect(called).toEqual([{ remedy: 'redis' }]);
  });

  it('refuses a function that is not deployed, and the caller learns of it', async () => {
    await expect(callLambda('unknown', {})).rejects.toThrow('no function unknown');
  });
});
